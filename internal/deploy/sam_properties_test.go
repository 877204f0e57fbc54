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
		Mappings    samMappings             `yaml:"Mappings"`
		Conditions  map[string]yaml.Node    `yaml:"Conditions"`
		Globals     samGlobals              `yaml:"Globals"`
		Resources   map[string]samResource  `yaml:"Resources"`
		Outputs     map[string]samOutput    `yaml:"Outputs"`
	}
	samMappings  map[string]map[string]map[string]string
	samParameter struct {
		Type           string   `yaml:"Type"`
		Default        string   `yaml:"Default"`
		AllowedPattern string   `yaml:"AllowedPattern"`
		AllowedValues  []string `yaml:"AllowedValues"`
		MinValue       int      `yaml:"MinValue"`
		Description    string   `yaml:"Description"`
	}
	samGlobals struct {
		Function yaml.Node `yaml:"Function"`
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
		LogGroup            string `yaml:"LogGroup"`
	}
	samEnvironment struct {
		Variables map[string]any `yaml:"Variables"`
	}
	samResource struct {
		Type                string    `yaml:"Type"`
		DeletionPolicy      string    `yaml:"DeletionPolicy"`
		UpdateReplacePolicy string    `yaml:"UpdateReplacePolicy"`
		Properties          yaml.Node `yaml:"Properties"`
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
		LoggingConfig     samLogging          `yaml:"LoggingConfig"`
		Policies          []samPolicy         `yaml:"Policies"`
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
		State      string    `yaml:"State"`
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
	samRedrive struct {
		Target   string `yaml:"deadLetterTargetArn"`
		Receives int    `yaml:"maxReceiveCount"`
	}
)
