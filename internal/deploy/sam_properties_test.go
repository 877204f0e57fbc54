package deploy_test

import "gopkg.in/yaml.v3"

// The sam types hold the part of template.yaml that we use, decoded strictly.
// An intrinsic function such as !Ref reads as the text of its argument.
type (
	samDocument struct {
		Version     string                  `yaml:"AWSTemplateFormatVersion"`
		Transform   string                  `yaml:"Transform"`
		Description string                  `yaml:"Description"`
		Parameters  map[string]samParameter `yaml:"Parameters"`
		Conditions  map[string]yaml.Node    `yaml:"Conditions"`
		Globals     samGlobals              `yaml:"Globals"`
		Resources   map[string]samResource  `yaml:"Resources"`
		Outputs     map[string]samOutput    `yaml:"Outputs"`
	}
	samParameter struct {
		Type           string `yaml:"Type"`
		Default        string `yaml:"Default"`
		AllowedPattern string `yaml:"AllowedPattern"`
		Description    string `yaml:"Description"`
	}
	samGlobals struct {
		Function samGlobal `yaml:"Function"`
	}
	samGlobal struct {
		Runtime       string         `yaml:"Runtime"`
		Handler       string         `yaml:"Handler"`
		Architectures []string       `yaml:"Architectures"`
		LoggingConfig samLogging     `yaml:"LoggingConfig"`
		Environment   samEnvironment `yaml:"Environment"`
	}
	samLogging struct {
		LogFormat           string `yaml:"LogFormat"`
		ApplicationLogLevel string `yaml:"ApplicationLogLevel"`
		SystemLogLevel      string `yaml:"SystemLogLevel"`
	}
	samEnvironment struct {
		Variables map[string]any `yaml:"Variables"`
	}
	samResource struct {
		Type       string    `yaml:"Type"`
		Properties yaml.Node `yaml:"Properties"`
	}
	samOutput struct {
		Description string `yaml:"Description"`
		Value       string `yaml:"Value"`
	}
	samFunction struct {
		Description       string              `yaml:"Description"`
		CodeURI           string              `yaml:"CodeUri"`
		MemorySize        int                 `yaml:"MemorySize"`
		Timeout           int                 `yaml:"Timeout"`
		Concurrency       int                 `yaml:"ReservedConcurrentExecutions"`
		Environment       samEnvironment      `yaml:"Environment"`
		FunctionURLConfig *samURL             `yaml:"FunctionUrlConfig"`
		EventInvokeConfig samAsync            `yaml:"EventInvokeConfig"`
		Events            map[string]samEvent `yaml:"Events"`
	}
	samURL struct {
		AuthType   string `yaml:"AuthType"`
		InvokeMode string `yaml:"InvokeMode"`
	}
	samAsync struct {
		MaximumRetryAttempts     *int `yaml:"MaximumRetryAttempts"`
		MaximumEventAgeInSeconds *int `yaml:"MaximumEventAgeInSeconds"`
	}
	samEvent struct {
		Type       string    `yaml:"Type"`
		Properties yaml.Node `yaml:"Properties"`
	}
	samSchedule struct {
		Expression string    `yaml:"ScheduleExpression"`
		Zone       string    `yaml:"ScheduleExpressionTimezone"`
		Input      string    `yaml:"Input"`
		Window     samWindow `yaml:"FlexibleTimeWindow"`
		OmitName   bool      `yaml:"OmitName"`
		Retry      samAsync  `yaml:"RetryPolicy"`
	}
	samWindow struct {
		Mode yaml.Node `yaml:"Mode"`
	}
	samSQS struct {
		Queue         string         `yaml:"Queue"`
		BatchSize     int            `yaml:"BatchSize"`
		ResponseTypes []string       `yaml:"FunctionResponseTypes"`
		Scaling       map[string]int `yaml:"ScalingConfig"`
	}
	samQueue struct {
		VisibilityTimeout int        `yaml:"VisibilityTimeout"`
		RetentionPeriod   int        `yaml:"MessageRetentionPeriod"`
		Redrive           samRedrive `yaml:"RedrivePolicy"`
	}
	samAlarm struct {
		Description string         `yaml:"AlarmDescription"`
		Namespace   string         `yaml:"Namespace"`
		Metric      string         `yaml:"MetricName"`
		Dimensions  []samDimension `yaml:"Dimensions"`
		Statistic   string         `yaml:"Statistic"`
		Period      int            `yaml:"Period"`
		Evaluations int            `yaml:"EvaluationPeriods"`
		Threshold   int            `yaml:"Threshold"`
		Comparison  string         `yaml:"ComparisonOperator"`
		Missing     string         `yaml:"TreatMissingData"`
		Actions     yaml.Node      `yaml:"AlarmActions"`
		OKActions   yaml.Node      `yaml:"OKActions"`
	}
	samDimension struct {
		Name  string `yaml:"Name"`
		Value string `yaml:"Value"`
	}
	samRedrive struct {
		Target   string `yaml:"deadLetterTargetArn"`
		Receives int    `yaml:"maxReceiveCount"`
	}
)
