// Wallets of a few parties, some of which consent to what an issuer sends them.

import { given, step, tell } from './story.mjs'
import { Wallet, connect } from './wallet.mjs'

const FACTORY = '#cantata-tokens:Cantata.Tokens.Factory:TokenFactory'

const sdk = await connect()
await sdk.user.create({ userId: given.user })

const wallets = {}
for (const name of given.names) {
    const wallet = await Wallet.open(sdk, name)
    wallets[name] = wallet
    const factory = given.consents[name]
    if (!factory) continue
    const ExerciseCommand = {
        templateId: FACTORY,
        contractId: factory.contractId,
        choice: 'TokenFactory_Preapprove',
        choiceArgument: { receiver: wallet.party, expiresAt: null },
    }
    await step('consent', () => wallet.submit({ ExerciseCommand }, [factory]))
}
const opened = Object.entries(wallets)
tell('wallets', Object.fromEntries(opened.map(([name, { party, keys }]) => [name, { party, keys }])))
