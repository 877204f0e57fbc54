//go:build redis

package redistest_test

import (
	"log/slog"
	"net/http"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"signalbox/functions/cardflow/lookup"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/quota"
	"signalbox/shared/redisdial"
)

// TestLookupsOfFourInstances has four instances, which share the account's quota, look 100
// cards up 20 times each, as the user that doc/config.md describes.
func TestLookupsOfFourInstances(t *testing.T) {
	t.Parallel()
	s := startRedis(t)
	admin := s.client(t)
	if err := admin.Do(t.Context(), append([]any{"ACL", "SETUSER", "signalbox"}, permissions...)...).Err(); err != nil {
		t.Fatal(err)
	}
	cloud := aliyuntest.New(aliyuntest.Options{QPS: map[string]int{"GetCardFlowInfo": 2000, "ListCardInfo": 2000}})
	var callers errgroup.Group
	callers.SetLimit(50) // as many as a busy machine answers within the time of a lease
	var instances []*lookup.Lookups
	for range 4 {
		client, err := redisdial.Open("redis://signalbox:sealed@"+s.address, 10*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		logger := slog.New(slog.NewTextHandler(t.Output(), nil))
		api, err := aliyun.New(aliyun.Config{
			Endpoint:    "https://linkcard.aliyuncs.com",
			Credentials: credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"},
			Quota:       quota.NewRedis(quota.RedisConfig{Client: client, Account: "main", PerSecond: 1000, Share: 0.1, Logger: logger}),
			HTTPClient:  &http.Client{Transport: cloud.Transport()},
		})
		if err != nil {
			t.Fatal(err)
		}
		cards := linkcard.New(api)
		l := lookup.New(lookup.Config{
			Source: cards, Lister: cards, TTL: time.Minute, Stale: time.Hour, Redis: client, RedisTimeout: 10 * time.Second, Account: "main", Logger: logger,
		})
		instances = append(instances, l)
	}
	for range 20 {
		for i := range 100 {
			for _, l := range instances {
				callers.Go(func() error {
					_, err := l.Lookup(t.Context(), card.ICCID(cloud.ICCID(i)), nil)
					return err
				})
			}
		}
	}
	if err := callers.Wait(); err != nil {
		t.Error(err)
	}
	for _, action := range []string{"GetCardFlowInfo", "ListCardInfo"} {
		perCard := map[string]int{}
		for _, call := range cloud.Calls(action) {
			perCard[call.Params.Get("Iccid")]++
		}
		for id, n := range perCard {
			if n > 2 {
				t.Errorf("%d calls of %s for %s, want at most two", n, action, id)
			}
		}
		t.Logf("%d calls of %s for %d cards", len(cloud.Calls(action)), action, len(perCard))
	}
}
