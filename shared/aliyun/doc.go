// Package aliyun is the client of Alibaba Cloud's RPC services: signed,
// throttled, retried, and the same for every product.
//
// The life of one [Client.Call]:
//
//  1. wait for a permit of the action (Config.Quota),
//  2. fill in the request model and sign it with a fresh nonce and time (sign.go),
//  3. send it with the caller's ctx and read at most 1 MiB (send.go),
//  4. classify the answer: by its code first, by its status second (classify.go),
//  5. return, or back off and begin again at 1 (retry.go).
//
// Waiting and signing are inside the loop: a retry outside the quota keeps a
// throttled account throttled, and a nonce that is sent again is refused.
//
// Request models, credentials and the signature come from alibaba-cloud-sdk-go;
// its transport is not used, see doc/decisions/0002.
package aliyun
