// Telling what a scenario does: a line of JSON on standard output for each step.

/** What the test gives to the scenario. */
export const given = JSON.parse(process.argv[2] ?? '{}')

/** Tell the result of a step. */
export function tell(step, result = null) {
    process.stdout.write(`${JSON.stringify({ step, result })}\n`)
}

/** Do a step, tell its result and give it back. */
export async function step(name, act) {
    const result = await act()
    tell(name, result)
    return result
}

/** Do a step that must be refused; tell the reason, as the SDK threw it. */
export async function refused(name, act) {
    let result
    try {
        result = await act()
    } catch (reason) {
        tell(name, reason instanceof Error ? { message: reason.message } : reason)
        return
    }
    throw new Error(`${name} was not refused: ${JSON.stringify(result)}`)
}

/** Take elements of a stream until one fulfils a condition; close the stream. */
export async function takeUntil(stream, isLast) {
    const taken = []
    for await (const element of stream) {
        taken.push(element)
        if (isLast(element)) break
    }
    return taken
}
