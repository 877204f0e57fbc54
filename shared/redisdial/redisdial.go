// Package redisdial makes the Redis clients of a function, for quotas and for
// state, which differ only in how long they wait; and it knows which of Redis's
// errors no waiting mends.
package redisdial

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// errURL stands for the library's error, which repeats the URL.
var errURL = errors.New("the Redis URL cannot be read")

// errClusterDatabase is a URL such as redis://host/1?addr=host:6379.
var errClusterDatabase = errors.New("the Redis URL names a database, and a Cluster has only one")

// Open returns a client for a URL such as rediss://user:password@host:6379/0. One
// with addr parameters, such as ?addr=host2:6379&addr=host3:6379, is of a Cluster,
// whose nodes all have the certificate of the first host. Open does not connect.
// Each step of a call takes at most timeout, and a call is made once: what it does
// may not bear being done twice, and callers know better when to try again.
//
// https://pkg.go.dev/github.com/redis/go-redis/v9#ParseClusterURL
//
//nolint:ireturn // which one is the URL's choice
func Open(address string, timeout time.Duration) (redis.UniversalClient, error) {
	redis.SetLogger(silent{})
	u, err := url.Parse(address)
	if err != nil || strings.Contains(u.Host, ",") {
		return nil, errURL
	}
	if u.Query().Has("addr") {
		return openCluster(u, timeout)
	}
	options, err := redis.ParseURL(address)
	if err != nil {
		return nil, errURL
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = timeout, timeout, timeout, timeout
	options.ContextTimeoutEnabled = true
	options.MaxRetries = -1
	options.DialerRetries = 1
	options.ConnMaxIdleTime = idle
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClient(options), nil
}

// idle is how long an unused connection is kept: an instance may be frozen between
// two calls.
const idle = time.Minute

func openCluster(u *url.URL, timeout time.Duration) (*redis.ClusterClient, error) {
	options, err := redis.ParseClusterURL(u.String())
	if err != nil {
		return nil, errURL
	}
	if database := strings.Trim(u.Path, "/"); database != "" && database != "0" {
		return nil, errClusterDatabase
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = timeout, timeout, timeout, timeout
	options.ContextTimeoutEnabled = true
	options.DialerRetries = 1
	options.ConnMaxIdleTime = idle
	options.DisableIdentity = true
	options.DisableRoutingPolicies = true // they ask for the list of all commands
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	client := redis.NewClusterClient(options)
	client.OnNewNode(func(node *redis.Client) { node.AddHook(once{client}) })
	return client, nil
}

// silent keeps go-redis from writing lines of its own to stderr: what there is to
// say of Redis, those who call it say.
type silent struct{}

// Printf writes nothing.
func (silent) Printf(context.Context, string, ...any) {}
