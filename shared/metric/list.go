package metric

// What HTTP servers and platforms ask of any function.
var (
	HTTPRequestDuration = histogram("signalbox_http_request_duration_seconds",
		"How long requests took, but for those of /metrics and /readyz, by the pattern of their route.", calls, "route", "status")
	// WrongTokens does not say so in its name: a log line hides what is named after tokens.
	WrongTokens = counter("signalbox_unauthorized_requests_total",
		"Requests with a token that opens nothing.")
	RunDuration = histogram("signalbox_run_duration_seconds",
		"How long runs took that a timer or somebody asked for. Overlapped ones found another under way, and did nothing.", runs, "outcome")
)

// What the client of an Alibaba service does.
var (
	UpstreamCallDuration = histogram("signalbox_upstream_call_duration_seconds",
		"How long attempts of calls of Alibaba took, without the wait for a permit.", calls, "action", "outcome")
	UpstreamRetries = counter("signalbox_upstream_retries_total",
		"Attempts of calls of Alibaba that were not the first of their call.", "action")
	UpstreamCallsRefused = counter("signalbox_upstream_calls_refused_total",
		"Calls of Alibaba that were not made: no permit in time, no credentials, or the circuit breaker is open.", "action", "reason")
	CircuitBreakerOpen = gauge("signalbox_upstream_circuit_breaker_open",
		"Whether calls of the action fail at once because too many have failed: 1, else 0.", None, "action")
	QuotaWait = histogram("signalbox_quota_wait_seconds",
		"How long calls of Alibaba waited for a permit of the quota.", calls, "action")
	QuotaPace = gauge("signalbox_quota_permits_per_second",
		"Permits a second that the quota gives the action at present: fewer than configured after Alibaba has throttled.", None, "action")
)

// What a function keeps, and where.
var (
	RedisAvailable = gauge("signalbox_redis_available",
		"Whether the last call of Redis went well: 1, else 0, by what Redis is for.", None, "use")
	StateAvailable = gauge("signalbox_state_available",
		"Whether the last run could use the state: 1, else 0.", None)
	StateBytes = gauge("signalbox_state_bytes",
		"Size of the file that has the state.", Bytes)
)

// Lookups are what cardflow does.
var Lookups = counter("signalbox_lookups_total",
	"Lookups of cards: a hit was kept, a miss was asked for, a stale one was kept for too long and Alibaba could not be asked.", "outcome")

// What alerts knows of the fleet, as of the end of the last run.
var (
	FleetCards = gauge("signalbox_fleet_cards",
		"Cards in the fleet, by the last finished sweep; with filters just those listed.", None)
	SweepCardsChecked = gauge("signalbox_sweep_cards_checked",
		"Cards that the last finished sweep evaluated.", None)
	SweepCardsFailed = gauge("signalbox_sweep_cards_failed",
		"Cards that the last finished sweep could not evaluate.", None)
	SweepDuration = gauge("signalbox_sweep_duration_seconds",
		"How long the last finished sweep took, over all its runs.", Seconds)
	SweepLastSuccess = gauge("signalbox_sweep_last_success_timestamp_seconds",
		"When the last finished sweep ended, in Unix time.", Seconds)
	SweepInterval = gauge("signalbox_sweep_interval_seconds",
		"How often a sweep is expected to be finished.", Seconds)
	Heartbeats = counter("signalbox_heartbeats_total",
		"Calls of SIGNALBOX_HEARTBEAT_URL after finished sweeps.", "outcome")
	SlackRequestsRefused = counter("signalbox_slack_requests_refused_total",
		"Requests to the path for Slack that Slack has not signed.")
)

// What becomes of incidents, of cards and of OTPs, and who is notified.
var (
	IncidentsOpen = gauge("signalbox_incidents_open",
		"Incidents that are open after the last run.", None, "rule", "severity")
	IncidentChanges = counter("signalbox_incident_changes_total",
		"Changes of incidents.", "rule", "change")
	Notifications = counter("signalbox_notifications_total",
		"Messages that a receiver took, runs in which it did not take what it was to get, and notifications that were given up.", "receiver", "outcome")
	OutboxNotifications = gauge("signalbox_outbox_notifications",
		"Notifications that wait for a receiver after the last run.", None, "receiver")
	OutboxOldestAge = gauge("signalbox_outbox_oldest_age_seconds",
		"How long the oldest notification waits for a receiver.", Seconds, "receiver")
)

// What conversion does.
var (
	Reports = counter("signalbox_conversion_reports_total",
		"Reports of rates: accepted ones wait, later they are forwarded or a dead letter; windows are reported or a dead letter.", "outcome")
	ReportsWaiting = gauge("signalbox_conversion_reports_waiting",
		"Reports and windows that wait to be sent after the last run.", None)
	ReportsOldestAge = gauge("signalbox_conversion_reports_oldest_age_seconds",
		"How long the oldest report or window waits to be sent.", Seconds)
	DeadLetters = gauge("signalbox_conversion_dead_letters",
		"Dead letters that are kept after the last run.", None)
	OTPEvents = counter("signalbox_otp_events_total",
		"OTP events by what became of them.", "outcome")
	OTPWindows = gauge("signalbox_otp_windows",
		"Windows of OTP events that are not reported yet after the last run, by how far they are.", None, "status")
	OTPWindowsClosed = counter("signalbox_otp_windows_closed_total",
		"Windows of OTP events that have closed.")
)

// What the process is.
var (
	BuildInfo = gauge("signalbox_build_info",
		"The build that runs; always 1.", None, "version", "revision", "goversion")

	goInfo       = gauge("go_info", "The version of Go; always 1.", None, "version")
	goGoroutines = gauge("go_goroutines", "Goroutines that exist.", None)
	goThreads    = gauge("go_threads", "Threads of the operating system that the runtime has made.", None)
	goMaxProcs   = gauge("go_sched_gomaxprocs_threads", "Threads that may run Go code at the same time.", None)
	goCycles     = counter("go_gc_cycles_total", "Cycles of the garbage collector.")
	goLimit      = gauge("go_gc_gomemlimit_bytes", "The bound on memory that the garbage collector aims at.", Bytes)
	goHeap       = gauge("go_memstats_heap_alloc_bytes", "Memory of objects, also of those that are not collected yet.", Bytes)
	goSystem     = gauge("go_memstats_sys_bytes", "Memory that the runtime has from the operating system.", Bytes)

	processStart   = gauge("process_start_time_seconds", "When the process began, in Unix time.", Seconds)
	processCPU     = counter("process_cpu_seconds_total", "CPU time of the process, of the user and the system.")
	processMemory  = gauge("process_resident_memory_bytes", "Resident memory.", Bytes)
	processVirtual = gauge("process_virtual_memory_bytes", "Virtual memory.", Bytes)
	processFiles   = gauge("process_open_fds", "Open file descriptors.", None)
	processLimit   = gauge("process_max_fds", "File descriptors that may be open.", None)
)
