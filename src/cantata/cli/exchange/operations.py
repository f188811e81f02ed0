"""`cantata exchange status`, `reconcile` and `restored`: what an operator does to treasuries.

They work on database and ledger directly, where both can be reached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cantata.cli.exits import EXIT_REFUSED
from cantata.cli.output import OutputFormat, OutputOption, print_json
from cantata.cli.platform import part, run
from cantata.cli.rows import print_rows

if TYPE_CHECKING:
    # Need the platform's libraries, which may be missing until a command is used.
    from cantata.exchange.reconciliation.model import Report
    from cantata.exchange.service.measuring import Outlook
    from cantata.kernel.time import Timestamp

ReasonOption = Annotated[
    str, typer.Option("--reason", help="Why: it is kept in the audit trail, with your name.")
]
WithinOption = Annotated[
    int | None,
    typer.Option(
        "--within-minutes",
        min=1,
        max=24 * 60,
        help="How long a payment could take to be recorded, if lost policies allowed more.",
    ),
]


def status(*, output: OutputOption = OutputFormat.TABLE) -> None:
    """Show treasuries: whether they pay, what waits, how holdings are, the last comparison."""
    found: Outlook = run("exchange", lambda _, stored: part("ops.treasuries").outlook(stored))
    print_rows(output, ("treasury", "what", "is"), _shown(found))


def reconcile(*, output: OutputOption = OutputFormat.TABLE) -> None:
    """Compare treasuries, their books and the ledger; end with 1 if anything differs."""

    async def work(read: Any, stored: Any) -> Report:
        report: Report = await part("ops.treasuries").reconcile(read, stored)
        return report

    report = run("exchange", work)
    described = part("exchange.reconciliation.model").described
    differences = [described(each) for each in report.differences]
    if output is OutputFormat.JSON:
        print_json({**_summary(report), "differences": differences})
    else:
        shown = _summary(report)
        print_rows(output, tuple(shown), [tuple(map(str, shown.values()))])
        for each in differences:
            typer.echo(" ".join(f"{name}={value}" for name, value in each.items()))
    if not report.is_clean:
        raise typer.Exit(EXIT_REFUSED)


def restored(
    *,
    reason: ReasonOption,
    within_minutes: WithinOption = None,
    output: OutputOption = OutputFormat.TABLE,
) -> None:
    """Say that the database was restored: nothing is paid until that is safe.

    To be run before anything else runs on the restored database.
    """
    minutes = part("kernel.time").RelTime.of
    within = None if within_minutes is None else minutes(minutes=within_minutes)

    async def work(_: Any, stored: Any) -> Timestamp:
        after: Timestamp = await part("ops.treasuries").restored(stored, reason, within)
        return after

    after = run("exchange", work)
    if output is OutputFormat.JSON:
        print_json({"safe_after": str(after)})
    else:
        typer.echo(f"treasuries pay when a record time later than {after} was ingested")


def _summary(report: Report) -> dict[str, int]:
    return {"offset": report.offset, "compared": report.compared, "differing": report.count}


def _shown(found: Outlook) -> list[tuple[str, str, str]]:
    rows: list[tuple[str, str, str]] = []
    for treasury in found.owners:
        party = str(treasury.party)
        why = "" if treasury.safe_after is None else f" (safe after {treasury.safe_after})"
        rows.append((party, "pays", f"{'yes' if found.pays(treasury) else 'no'}{why}"))
        for kind, waiting in (("deposits", found.deposits), ("withdrawals", found.withdrawals)):
            for each in waiting:
                if each.treasury == treasury.party:
                    told = f"{each.count} since {each.since}"
                    rows.append((party, f"{kind} {each.state}", told))
        rows.append((party, "unrecognised", str(found.unrecognised.get(treasury.party, 0))))
        for stock in found.stocks:
            if stock.treasury == treasury.party:
                told = (
                    f"{stock.all} ({stock.large} large, {stock.dust} dust,"
                    f" {stock.locked} locked, {stock.reserved} reserved)"
                )
                rows.append((party, f"holdings of {stock.instrument.id}", told))
    level = found.traffic
    traffic = (
        "nobody watches" if level is None else f"{level.remaining} bytes at {level.checked_at}"
    )
    compared = "never" if found.compared_at is None else f"{found.differing} at {found.compared_at}"
    reached = "nothing" if found.reached is None else str(found.reached)
    return [
        *rows,
        ("", "differences", compared),
        ("", "traffic", traffic),
        ("", "ingested up to", reached),
    ]
