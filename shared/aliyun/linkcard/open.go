package linkcard

import (
	"log/slog"

	"signalbox/shared/aliyun"
	"signalbox/shared/config"
	"signalbox/shared/quota"
)

// Open returns a Client for the configured account, with the quota of this
// process.
func Open(account config.Account, c config.Linkcard, logger *slog.Logger) (*Client, error) {
	api, err := aliyun.New(aliyun.Config{
		Endpoint:    string(c.LinkcardEndpoint),
		Region:      account.Region,
		Credentials: account.Credentials(),
		Quota:       quota.NewLocal(float64(c.LinkcardQPS)),
		Logger:      logger,
	})
	if err != nil {
		return nil, err
	}
	return New(api), nil
}
