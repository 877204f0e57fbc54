// Package aliyuntest is a fake of the two Alibaba services that Signalbox
// calls: linkcard 2021-05-20 and Dysmsapi 2018-05-01, behind one RPC gateway.
// It serves tests and the local development command, over a socket as an
// [http.Handler] or in process through [Server.Transport], where it also works
// inside a testing/synctest bubble: it starts no goroutine and takes its time
// from time.Now.
//
// It is meant to be stricter than the services, so that a client that works
// here works there. It imports no other package of the project: its signature
// check shares no code with the client's signer, and both are held to the
// published examples.
//
// # What is answered
//
//   - The RPC gateway: path "/", GET and POST, parameters in the query or in a
//     form body, answers as JSON or as XML (the default, as on the gateway).
//   - HMAC-SHA1 signatures of version 1.0, with or without an STS token; the
//     call's timestamp (15 minutes either way) and nonce (15 minutes).
//   - GetCardFlowInfo with Iccid and DateList.1 to DateList.6.
//   - ListCardInfo with PageNo, PageSize and the filters Iccid, Status, Vendor,
//     ExpireTimeStart, ExpireTimeEnd and MaxRestFlowPercentage.
//   - GetCredentialPoolStatistics with CredentialNO and Date, for the pools that
//     [Server.SetPool] has made. Their plans are of the kind whose cards bring
//     the data, sameflowcard.
//   - ConversionData with ConversionRate and ReportTime.
//   - One quota for each action, over a sliding second: 20 calls for the
//     linkcard actions, 10 for ConversionData.
//
// A call is judged in this order: its form, its common parameters, its action,
// its key, its time, its signature, its nonce, its quota; then injected faults,
// then the action's own parameters. A fault therefore never hides a wrong
// signature, and a call over its quota uses up no fault.
//
// # What is missing
//
//   - Every other action, and the ACS3-HMAC-SHA256 signature.
//   - The other filters of ListCardInfo: they are refused, as are parameters
//     that no action has.
//   - RAM policies and more than one key pair or account.
//   - Multi-network cards and plans that were bought as a whole (unityPayPool).
//   - The clock uses no data: only [Server.SetCard] changes what a card has used,
//     and only [Server.SetPool] what its pool has.
//
// Where no official text says what the gateway answers, the fake picks:
// duplicate parameters, parameters nobody knows and a body that is no form are
// refused as InvalidParameter, an unknown card as HTTP 400 with a gateway error
// and a destroyed one as HTTP 200 with Success false, since both forms exist.
//
// # What goes wrong
//
// [Server.Inject] has a number of calls go wrong, or all that a predicate picks:
// the gateway refuses or breaks, the service denies the action, the answer is lost,
// late or spoiled, a listing lies about its size or shows other cards, a lookup has
// no packages. [Server.Draw] asks a function at each call instead, so that a test
// can draw a schedule and replay it; [Kinds] lists what can be drawn for an action.
// What is wrong with one card lasts: [Server.PoisonCard] breaks each page that has
// it, [Server.GarbleCard] spoils its fields, and [Card] has the rest.
//
// # The fleet
//
// A card is computed when it is asked for, from [Options].Seed, its index and
// the day the server was made, so a fleet costs the same whatever its size. Of each
// hundred cards 94 are healthy (2 to 12 months to their expiry, at most 65 % of
// the package used by the end of the month), 3 expire within 30 days, 2 have used 80 to 105 % and 1 is
// stopped. Whatever their seed, card 0 is healthy, card 1 expires in 5 days and
// card 2 has used 92 % of its package. ICCIDs do not depend on the seed.
//
// What a card has used in the current month is the same in ListCardInfo, in the
// vendor detail of GetCardFlowInfo and as the sum of that month's days.
package aliyuntest
