"""Known ways to lose, double or miscount something, each a line of the product written as it must not be: the fault run
has to find it.
"""

from cobroke import streams
from cobroke.flows import agreement
from cobroke.flows import notices as telling
from cobroke.storage import alerts, notices, objects, pairs, registry, stored_object
from cobroke.storage.table import Table
from tests.mutants import Edit, Mutant

BUGS = (
    Mutant(
        "the counts of a pair not in its transaction",
        (
            Edit(
                agreement.act,
                "            table.transact(writes)\n",
                "            table.transact([one for one in writes if 'Update' not in one])\n"
                "            for one in [one for one in writes if 'Update' in one]:\n"
                "                table.transact([one])\n",
            ),
        ),
    ),
    Mutant(
        "the mirror forgotten",
        (
            Edit(
                pairs.writes,
                'table.put({"PK": mirror[0], "SK": mirror[1], "entity": "MIRROR", **facts}),',
                '*([table.put({"PK": mirror[0], "SK": mirror[1], "entity": "MIRROR", **facts})] if begun else []),',
            ),
        ),
    ),
    Mutant(
        "a notice's key from the clock",
        (
            Edit(
                notices.due,
                "notice_id(notice.at, *notice)",
                "notice_id(__import__('time').time_ns() // 10**6, *notice)",
            ),
        ),
    ),
    Mutant("LIMITS not counted at archive", (Edit(stored_object.writes, "if change:", "if change > 0:"),)),
    Mutant(
        "an object written whatever its version",
        (Edit(stored_object.writes, '("version = :old", {"old": old.version}) if old', '("", None) if old'),),
    ),
    Mutant(
        "a pair written whatever its version",
        (Edit(pairs.writes, '("version = :old", {"old": old.version}) if old.version', '("", None) if old.version'),),
    ),
    Mutant(
        "the marker not in the create's transaction",
        (
            Edit(
                objects.create,
                "table.transact(writes(table, None, new) + marker)",
                "table.transact(writes(table, None, new))\n        if marker:\n            table.transact(marker)",
            ),
        ),
    ),
    Mutant("a notice told without its mark", (Edit(notices.writes, ", table.put(mark)]", "]"),)),
    Mutant(
        "an act on objects that may have changed",
        (Edit(agreement._record, " + [objects.unchanged(table, one) for one in decided_on]", ""),),
    ),
    Mutant(
        "the entry left behind by a move",
        (Edit(stored_object.writes, "if left and left != taken:", "if left and not taken:"),),
    ),
    Mutant(
        "a failed record called done",
        (
            Edit(
                streams.each,
                'return {"batchItemFailures": [{"itemIdentifier": written["SequenceNumber"]}]}',
                "continue",
            ),
        ),
    ),
    Mutant(
        "one match alone closed with its object",
        (Edit(agreement.close_matches_of, "for pair in waiting)", "for pair in waiting[:1])"),),
    ),
    Mutant(
        "what a batch left out is not asked for again",
        (
            Edit(
                Table.get_many,
                'ahead = ahead[BATCH:] + [(key["PK"]["S"], key["SK"]["S"]) for key in left]',
                "ahead = ahead[BATCH:]",
            ),
        ),
    ),
    Mutant(
        "told by the newest image alone",
        (Edit(telling.tell_of_pair, "for notice in owed(now) if", "for notice in owed(now)[-1:] if"),),
    ),
    Mutant(
        "an alert begun whatever another has begun",
        (
            Edit(
                alerts._begun,
                '("notice = :old", {"old": slot["notice"]}) if slot else ("attribute_not_exists(PK)", None)',
                '("", None)',
            ),
        ),
    ),
    Mutant(
        "an alert that grows though it was read",
        (
            Edit(
                alerts._grown,
                '        table.check((keys.unread(owner), notice.id), condition="attribute_exists(PK)"),\n',
                "",
            ),
        ),
    ),
    Mutant(
        "a market that nobody knows",
        (Edit(registry.remember, "until_written(table, lambda: _put(table, market, now))", "del table"),),
    ),
)

MUTANTS = BUGS
