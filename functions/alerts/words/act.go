package words

// Act is what people read where they acknowledge and silence incidents.
type Act struct {
	// Labels of buttons and of what is chosen from.
	Acknowledge, Silence, Undo string
	Which                      string                   // one of the incidents
	All                        func(n int) string       // of them
	Hour, Day, Week, Reset     string                   // how long a silence lasts
	ResetAt, EndAt             func(when string) string // until the data resets, or the package ends

	// A line of a status message, of incidents that nobody needs to look at now. Where many
	// people did it none is named.
	AcknowledgedBy     func(n int, who string) string
	Acknowledged       func(n int) string
	SilencedByUntil    func(n int, who, when string) string
	SilencedByOver     func(n int, who, first string) string // until several times
	SilencedUntil      func(n int, when string) string
	SilencedOver       func(n int, first string) string
	FileSilenced       func(n int) string              // by the rules file
	FileUntil          func(n int, when string) string // likewise
	BothAcknowledgedBy func(n int, who string) string  // of those that are silenced
	BothAcknowledged   func(n int) string
	NothingOpen        func(title string, n int) string // title of a message of such ones alone

	// The state of one incident.
	StateOpen         string
	StateAcknowledged func(who string) string
	StateSilenced     func(who, until string) string
	StateByFile       func(until string) string
	StateByFileAlone  string // until when is not known

	// Who gives no name: by a link, with a token.
	Somebody, Unnamed string

	// What is said in a thread of who did what, and when.
	SaidAcknowledged func(who string, n int, when string) string
	SaidSilenced     func(who string, n int, until, when string) string
	SaidUndone       func(who string, n int, when string) string
	OfCards          func(cards string) string // which ones: it follows
	And              func(more int) string     // it follows some of them
	Command          string                    // where: it follows
	ByLink           string

	// Answers to who did it.
	DoneAcknowledged func(n int) string
	DoneSilenced     func(n int, until string) string
	SilencedSubject  func(what, until string) string // of which nothing is open
	DoneUndone       func(n int) string
	UndoneSubject    string
	Already          func(who string) string // did it before
	AlreadyBySelf    string
	Over             string // it is over, or was opened anew
	NothingToUndo    string
	MayNot           string
	Elsewhere        string
	NotUnderstood    string
	TryAgain         string

	// Answers to commands.
	Help        func(command string) string
	NoOperators string // commands only read
	NoCard      func(text string) string
	// A number that is masked, or the id of an incident: of no card, or of several.
	NoOpenCard   func(text string) string
	SeveralCards func(text string, n int) string
	NoSpan       string
	CardFine     func(what string) string
	CardTitle    func(what string, n int) string
	CardPage     string
	NoneOpen     string
	OpenTitle    func(n int) string
	More         func(n int) string

	// Forms.
	FormAcknowledge, FormSilence, FormUndo string // titles
	HintAcknowledge, HintSilence, HintUndo string
	HowLong, YourName                      string
	Subject, Since, State                  string // labels
	ThisIsOver                             string
	Back                                   string
}
