// Events: subscriptions over WebSockets, with the token in the sub-protocol.

import { HOLDING_INTERFACE_ID } from '@canton-network/core-token-standard'
import { given, refused, step, takeUntil, tell } from './story.mjs'
import { Wallet, auth, connect } from './wallet.mjs'

const PING = '#canton-builtin-admin-workflow-ping:Canton.Internal.Ping:Ping'

const events = { auth, websocketURL: given.url.replace('http', 'ws') }
const sdk = await connect({ events })
await sdk.user.create({ userId: given.user })
const alice = await Wallet.open(sdk, 'alice')
const ping = (id) => sdk.utils.ping.create([{ id, initiator: alice.party, responder: alice.party }])
const begin = await sdk.ledger.ledgerEnd()

const isTransaction = ({ update }) => Boolean(update?.Transaction)
const offered = { partyId: alice.party, beginOffset: begin, templateIds: PING }

const past = await alice.submit(ping('past'))
await step('past', () => takeUntil(sdk.events.updates(offered), isTransaction))

const live = takeUntil(
    sdk.events.updates({ ...offered, beginOffset: past.completionOffset }),
    isTransaction
)
const submitted = await alice.submit(ping('live'))
await step('live', () => live)
await step('submitted', async () => submitted)

await step('completions', () =>
    takeUntil(
        sdk.events.completions({ beginOffset: begin, parties: [alice.party] }),
        ({ completionResponse }) =>
            completionResponse.Completion?.value.updateId === submitted.updateId
    )
)

await step('refused stream', () =>
    takeUntil(sdk.events.updates({ ...offered, beginOffset: 1_000_000 }), () => true)
)
await refused('no templates', () =>
    takeUntil(sdk.events.updates({ ...offered, templateIds: [] }), () => true)
)
await step('unseen interface', () =>
    takeUntil(
        sdk.events.updates({
            partyId: alice.party,
            beginOffset: begin,
            interfaceIds: HOLDING_INTERFACE_ID,
        }),
        () => true
    )
)

if (given.forged) {
    const forged = { method: 'static', token: given.forged }
    const stranger = await connect({ events: { ...events, auth: forged } })
    const [refusal] = await takeUntil(stranger.events.updates(offered), () => true)
    tell('forged token', refusal)
}
