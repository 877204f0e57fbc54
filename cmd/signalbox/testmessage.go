package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"signalbox/functions/alerts"
	"signalbox/shared/config"
	"signalbox/shared/delivery"
	"signalbox/shared/language"
	"signalbox/shared/logging"
	"signalbox/shared/notify"
	"signalbox/shared/receiver"
)

// testOptions are the flags of signalbox test-message.
type testOptions struct {
	receivers []string
	language  string
	timeout   time.Duration
}

func testMessageCommand(c console) *cobra.Command {
	var o testOptions
	command := &cobra.Command{
		Use:   "test-message",
		Short: "Send each receiver a message that says it is a test",
		Long: `Send each receiver of the rules file, or else Slack as the environment has it, a
message that says it is a test, and say what came of it. Exit code 1 says that
one did not take it; the others get theirs.`,
		Example: "  signalbox test-message\n  signalbox test-message --receiver duty --language zh",
		Args:    noArguments,
		PreRunE: check(func() error { return o.check() }),
		RunE:    begin(func(ctx context.Context) error { return runTestMessage(ctx, o, c) }),
	}
	flags := command.Flags()
	flags.StringSliceVar(&o.receivers, "receiver", nil, "`names` of receivers, separated by commas; none: all")
	flags.StringVar(&o.language, "language", "", "en or zh; none: the receiver's own, or that of SIGNALBOX_LANGUAGE")
	flags.DurationVar(&o.timeout, "timeout", 30*time.Second, "how long a receiver may take")
	return command
}

func (o *testOptions) check() error {
	var l language.Language
	if err := l.UnmarshalText([]byte(o.language)); o.language != "" && err != nil {
		return fmt.Errorf("--language %w", err)
	}
	if o.timeout <= 0 {
		return errors.New("want a --timeout above 0")
	}
	return nil
}

// testEnv is what of the environment says who is notified.
type testEnv struct {
	Slack     receiver.Slack
	RulesFile string            `env:"SIGNALBOX_RULES_FILE"`
	Language  language.Language `env:"SIGNALBOX_LANGUAGE" envDefault:"en"`
}

// Validate finds nothing: the rules file decides what is needed.
func (testEnv) Validate() []config.Problem { return nil }

// tested is a receiver and what came of its message.
type tested struct {
	name, kind string
	language   language.Language
	to         notify.Receiver
	err        error
}

func runTestMessage(ctx context.Context, o testOptions, c console) error {
	env, err := config.Load[testEnv](c.environ)
	if err != nil {
		return err
	}
	all, mistakes, err := env.receivers(c)
	if err == nil {
		all, err = o.chosen(all)
	}
	if err != nil {
		return err
	}
	var sending sync.WaitGroup
	for i := range all {
		sending.Go(func() { o.send(ctx, &all[i]) })
	}
	sending.Wait()
	failed := 0
	for _, t := range all {
		if t.err != nil {
			failed++
		}
		if _, err := fmt.Fprintf(c.stdout, "%s (%s): %s\n", t.name, t.kind, t.outcome()); err != nil {
			return err
		}
	}
	if failed > 0 {
		err = fmt.Errorf("%d of %d receivers did not take the message", failed, len(all))
	}
	if mistakes > 0 {
		err = errors.Join(err, fmt.Errorf("the rules file has %d mistakes: see signalbox rules check %s", mistakes, env.RulesFile))
	}
	return err
}

// receivers are those of the rules file, each opened for itself, or else Slack. mistakes is how
// many the file has.
func (e testEnv) receivers(c console) (all []tested, mistakes int, err error) {
	var file receiver.File
	if e.RulesFile != "" {
		examined, err := alerts.ExamineRules(e.RulesFile, c.environ, receiver.Variables(c.environ), time.Now())
		if err != nil {
			return nil, 0, err
		}
		file.Receivers, mistakes = examined.File.Receivers, len(examined.Mistakes)
	}
	for _, r := range file.Receivers {
		all = append(all, e.open(r))
	}
	if len(all) > 0 {
		return all, mistakes, nil
	}
	if err := config.Join(e.Slack.Validate()); err != nil {
		return nil, mistakes, err
	}
	set, err := receiver.Open(receiver.File{}, e.Slack, logging.Discard())
	if err != nil {
		return nil, mistakes, err
	}
	return []tested{{name: receiver.SlackName, kind: string(receiver.KindSlack), language: e.Language, to: set.Receivers[0]}}, mistakes, nil
}

func (e testEnv) open(r receiver.Receiver) tested {
	t := tested{name: r.Name, kind: string(r.Kind), language: e.Language}
	if r.Language != nil {
		t.language = *r.Language
	}
	if r.URL == "" && r.Channel == "" {
		t.err = errors.New("what it needs is not set")
		return t
	}
	set, err := receiver.Open(receiver.File{Receivers: []receiver.Receiver{r}}, e.Slack, logging.Discard())
	if t.err = err; err == nil {
		t.to = set.Receivers[0]
	}
	return t
}

// chosen are the receivers that were asked for.
func (o *testOptions) chosen(all []tested) ([]tested, error) {
	var names []string
	for _, t := range all {
		names = append(names, t.name)
	}
	for _, name := range o.receivers {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("there is no receiver %q, but %s", name, strings.Join(names, ", "))
		}
	}
	if len(o.receivers) == 0 {
		return all, nil
	}
	return slices.DeleteFunc(all, func(t tested) bool { return !slices.Contains(o.receivers, t.name) }), nil
}

// send sends a receiver its message, unless it could not be opened.
func (o *testOptions) send(ctx context.Context, t *tested) {
	if t.err != nil {
		return
	}
	if o.language != "" {
		_ = t.language.UnmarshalText([]byte(o.language)) // it was checked
	}
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	t.err = t.to.Send(ctx, testMessage(t.name, t.language, time.Now()))
}

// testMessage says in both of its sentences that it is none about a card.
func testMessage(name string, l language.Language, now time.Time) notify.Message {
	title, text := "🔵 Test message of Signalbox", "Somebody has asked for it by signalbox test-message. Nothing has happened, and nothing is to be done. Receiver: "
	if l == language.Chinese {
		title, text = "🔵 Signalbox 测试消息", "有人运行 signalbox test-message 发送了这条消息。没有发生任何问题，无需处理。接收方："
	}
	return notify.Message{
		ID: "test-" + rand.Text()[:12], Title: title, Lines: []notify.Line{{Spans: []notify.Span{{Text: text + name}}}},
		Footer: now.Format("2006-01-02 15:04 -07:00"),
	}
}

// outcome says what came of it.
func (t tested) outcome() string {
	failure, ok := errors.AsType[*delivery.Error](t.err)
	switch {
	case t.err == nil:
		return "delivered in " + t.language.Code()
	case ok && failure.Uncertain:
		return "perhaps delivered: " + t.err.Error()
	default:
		return "not delivered: " + strings.ReplaceAll(t.err.Error(), "\n", " ")
	}
}
