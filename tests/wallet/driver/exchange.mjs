// A customer of an exchange: pays in, looks at what is offered to her, answers it.
//
// It knows nothing of the exchange but the party and the memo that its page shows.

import { given, step } from './story.mjs'
import { Wallet, auth, connect } from './wallet.mjs'

const LOOK_MS = 100
const OFFSET = 'x-ledger-offset'
const registryUrl = new URL(given.registry)
const registries = [registryUrl]

const sdk = await connect({
    token: { auth, registries },
    asset: { auth, registries },
    events: { auth, websocketURL: given.url.replace('http', 'ws') },
})
const { transfer, utxos } = sdk.token
const wallets = Object.fromEntries(
    Object.entries(given.wallets).map(([name, { party, keys }]) => [
        name,
        new Wallet(sdk, party, keys),
    ])
)

/** Submit what the SDK built, and wait until the registry has heard of it. */
async function submit(wallet, [command, disclosed]) {
    const done = await wallet.submit(command, disclosed)
    let heard = 0
    while (heard < done.completionOffset) {
        const answer = await fetch(`${registryUrl.href}/registry/metadata/v1/info`)
        if (!answer.ok) throw new Error(`${registryUrl.href} answered ${answer.status}`)
        heard = Number(answer.headers.get(OFFSET))
        if (heard < done.completionOffset) await new Promise((go) => setTimeout(go, LOOK_MS))
    }
    return done
}

/** The offers to somebody, or those that she made, with what they offer. */
async function offers({ party }) {
    const found = await transfer.pending(party)
    return found.map(({ contractId, interfaceViewValue: { transfer: offered } }) => ({
        contractId,
        amount: offered.amount,
        sender: offered.sender,
        receiver: offered.receiver,
        memo: offered.meta.values['splice.lfdecentralizedtrust.org/reason'] ?? '',
    }))
}

const ACTS = {
    /** Pay the exchange, as its page says. */
    async pay({ who, receiver, amount, memo }) {
        const parties = { sender: wallets[who].party, recipient: receiver }
        const asked = { ...parties, amount, instrumentId: given.symbol, registryUrl, memo }
        return submit(wallets[who], await transfer.create(asked))
    },

    /** Accept, reject or withdraw the one offer of an amount. */
    async answer({ who, how, amount }) {
        const mine = (await offers(wallets[who])).filter((each) => Number(each.amount) === amount)
        if (mine.length !== 1) throw new Error(`${mine.length} offers of ${amount}`)
        const asked = { transferInstructionCid: mine[0].contractId, registryUrl }
        return submit(wallets[who], await transfer[how](asked))
    },

    /** What somebody is offered, or offered others. */
    offers: ({ who }) => offers(wallets[who]),

    /** The amounts that somebody has. */
    async amounts({ who }) {
        const { party } = wallets[who]
        const found = await utxos.list({ partyId: party, includeLocked: true })
        return found
            .map(({ interfaceViewValue }) => interfaceViewValue)
            .filter(({ owner }) => owner === party)
            .map(({ amount }) => amount)
    },

    /** What happened to somebody in one transaction: of which kind, from whom, why, how much. */
    async shown({ who, updateId }) {
        const partyId = wallets[who].party
        const { events } = await sdk.token.transactionsById({ updateId, partyId })
        return events.map(({ label, unlockedHoldingsChangeSummaries }) => ({
            type: label.type,
            sender: label.sender,
            reason: label.reason,
            amounts: unlockedHoldingsChangeSummaries.map(({ amountChange }) => amountChange),
        }))
    },
}

for (const { name, act, ...asked } of given.acts) await step(name, () => ACTS[act](asked))
