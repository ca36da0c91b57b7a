"""All bugs planted in the text of a module, by name."""

from __future__ import annotations

from collections.abc import Mapping

from tests.prove import export_bugs
from tests.prove.source_bug import SourceBug

_DIGEST = "tests/server/office/mail/test_digest.py"
_RETURNED = "tests/server/console/mail/test_returned_mail.py"
_MAIL = "tests/server/console/mail/test_pages.py"
_NUMBER = "tests/server/replication/policy/test_minutes_number.py"
_PASSWORDS = "tests/server/security/test_common_passwords.py"
_ROUNDING = "tests/shared/indicators/test_rounding.py"
_ABOVE = "tests/server/office/indicators/test_external_view.py"
_POINT = "tests/server/console/establishments/test_form_pages.py"
_WAIT = "tests/mobile/replication/test_failures.py"
_GROUPED = "tests/server/replication/push/test_grouped_pushes.py"
_QUEUE = "tests/server/replication/push/test_group_commit.py"

_S = "field178_server."
_H = "field178_shared."
_COMMON = f"{_S}security.common_passwords"
_GROUP = f"{_S}replication.push.group_commit"
_PUSH = f"{_S}replication.push.push"
_EXCHANGE = f"{_S}replication.exchange"

BUGS: Mapping[str, SourceBug] = {
    # mail
    "returns_of_every_team_mailed": SourceBug(
        f"{_S}office.mail.digest", "in self.returned if access.holds(scope))", "in self.returned)", _DIGEST
    ),
    "overdue_of_every_area_mailed": SourceBug(
        f"{_S}office.mail.digest",
        "in self.overdue.items() if access.holds(scope))",
        "in self.overdue.items())",
        _DIGEST,
    ),
    "silent_tablets_of_every_area_mailed": SourceBug(
        f"{_S}office.mail.digest",
        "AccessFilter(None) if _holds(role, _ALL_TABLETS, lists) else access",
        "AccessFilter(None)",
        _DIGEST,
    ),
    "topic_not_chosen_is_mailed": SourceBug(
        f"{_S}office.mail.digest", "if MailTopic.OVERDUE in topics", "if topics", _DIGEST
    ),
    "role_without_a_right_is_mailed": SourceBug(
        f"{_S}office.mail.digest",
        "return role_definition is not None and bool(role_definition.rights & rights)",
        "return True",
        _DIGEST,
    ),
    "any_text_is_mailed_as_a_number": SourceBug(
        f"{_S}office.mail.digest",
        'return number if is_minutes_number(number) else ""',
        "return number",
        _RETURNED,
        "never_mailed",
    ),
    "former_address_is_not_used": SourceBug(
        f"{_S}office.mail.operations", "mail.address or (officer.email", "(officer.email", _MAIL, "former"
    ),
    "former_address_is_kept": SourceBug(
        f"{_S}office.mail.operations",
        "mail.reason, mail.address, mail.ended_at = SENT, None, None, now",
        "mail.reason, mail.ended_at = SENT, None, now",
        _MAIL,
        "former",
    ),
    "second_mail_on_returns_comes_early": SourceBug(
        f"{_S}office.mail.returns", "(10, 60, 120, 240)", "(10, 30, 120, 240)", _RETURNED, "not_mailed_again"
    ),
    "mails_on_returns_without_end": SourceBug(
        f"{_S}office.mail.returns", "earlier >= len(_GATHERED_MIN)", "False", _RETURNED, "four_such"
    ),
    "return_told_twice": SourceBug(
        f"{_S}office.mail.returns",
        "record.returned_at > after\n",
        "True\n",
        _RETURNED,
        "returns_within or not_mailed or mailed_at_night",
    ),
    # console
    "own_address_changes_without_password": SourceBug(
        f"{_S}console.accounts.own_account",
        "if address != former and (refusal",
        "if False and (refusal",
        _MAIL,
        "password",
    ),
    "topics_ask_a_password": SourceBug(
        f"{_S}console.accounts.own_account",
        "if address != former and (refusal",
        "if (refusal",
        _MAIL,
        "password",
    ),
    "former_address_is_not_told": SourceBug(
        f"{_S}console.accounts.own_account",
        "officer.id, former, by_mail",
        "officer.id, None, by_mail",
        _MAIL,
        "former",
    ),
    "former_address_is_not_told_by_an_administrator": SourceBug(
        f"{_S}console.people.pages", "account.officer.email, by_mail", "None, by_mail", _MAIL, "former"
    ),
    "address_that_stays_is_told": SourceBug(
        f"{_S}office.reminders.account_changes", " or former == officer.email:", ":", _MAIL, "unchanged"
    ),
    "answers_are_kept_by_caches": SourceBug(
        f"{_S}http.headers", ', "Cache-Control": "no-store"}', "}", "tests/server/test_app.py", "cache"
    ),
    "short_rest_of_a_password_is_enough": SourceBug(
        f"{_S}security.passwords", "MIN_REST = 8", "MIN_REST = 5", _PASSWORDS
    ),
    "letters_that_look_alike_are_not_read": SourceBug(_COMMON, "inner.translate(_LEET)", "inner", _PASSWORDS),
    "numbers_count_in_a_password": SourceBug(
        _COMMON, '_NUMBERS.sub(" ", _ENDS.sub("", folded))', '_ENDS.sub("", folded)', _PASSWORDS
    ),
    "repetition_counts_in_a_password": SourceBug(
        _COMMON, "            return block\n", "            return text\n", _PASSWORDS
    ),
    "point_of_six_digits": SourceBug(
        f"{_S}console.establishments.form", "1e7:.7f}", "1e7:.6f}", _POINT, "seven_digits"
    ),
    "point_is_cut_off": SourceBug(
        f"{_S}console.establishments.form",
        'round(Decimal(text.rstrip("°").replace(",", ".")) * 10_000_000)',
        'int(float(text.rstrip("°").replace(",", ".")) * 10_000_000)',
        _POINT,
        "seven_digits or new_entry",
    ),
    # records that the console and the tablets write
    "any_text_is_a_number_of_minutes": SourceBug(
        f"{_H}schemas.checks",
        "return FINE if is_minutes_number(value) else _BAD_MINUTES_NUMBER",
        "return FINE",
        _NUMBER,
    ),
    "old_number_stands_in_the_way": SourceBug(
        f"{_H}schemas", "if not _is_kept(path, data, before)", "if True", _NUMBER
    ),
    "known_record_takes_any_value": SourceBug(
        f"{_H}schemas",
        "return value is not None and equal(value, read_path(before, path))",
        "return True",
        _NUMBER,
    ),
    "refused_tablet_tries_every_minute": SourceBug(
        "field178_mobile.replication.engine",
        "REFUSED_WAIT_S = 3600.0",
        "REFUSED_WAIT_S = 60.0",
        _WAIT,
        "next_try",
    ),
    "refused_body_is_tried_at_once": SourceBug(
        "field178_mobile.replication.engine",
        "(FailureKind.UPGRADE, FailureKind.FORBIDDEN, FailureKind.REFUSED)",
        "(FailureKind.UPGRADE, FailureKind.FORBIDDEN)",
        _WAIT,
        "next_try",
    ),
    # indicators
    "rounded_to_fours": SourceBug(
        f"{_H}indicators.figures", "number - number % step", "number - number % (step - 1)", _ROUNDING
    ),
    "denominator_is_exact": SourceBug(
        f"{_H}indicators.figures",
        "den = None if figure.den is None else multiple_below(figure.den, step)",
        "den = figure.den",
        _ROUNDING,
    ),
    "rounded_figure_is_told_apart": SourceBug(
        f"{_H}indicators.figures",
        "FigureValue(num, den, value, low, high, {}, figure.sent, coverage)",
        "FigureValue(num, den, value, low, high, figure.breakdown, figure.sent, coverage)",
        _ROUNDING,
    ),
    "running_year_is_exact": SourceBug(
        f"{_S}office.indicators.external_view",
        "    if question.is_unfinished:\n        return rounded",
        "    if not question:\n        return rounded",
        _ABOVE,
    ),
    "year_that_is_over_is_rounded": SourceBug(
        f"{_S}office.indicators.counted_facts",
        "return self.today < Period",
        "return self.today <= Period",
        _ABOVE,
    ),
    "four_are_shown": SourceBug(
        f"{_H}indicators.suppression",
        "0 < number < SMALLEST_SHOWN\n",
        "0 < number < SMALLEST_SHOWN - 1\n",
        "tests/shared/indicators/test_suppression.py",
        "is_small",
    ),
    **export_bugs.BUGS,
    # pushes stored together
    "error_of_a_push_reaches_its_group": SourceBug(
        _GROUP,
        "                _store([waiting], store)",
        "                waiting.fail(error)",
        _GROUPED,
        "error_of",
    ),
    "failed_group_loses_the_pushes_after_the_first": SourceBug(
        _GROUP,
        "            for waiting in group:\n                _store([waiting], store)",
        "            _store(group[:1], store)\n            group[-1].succeed(group[0].result)",
        _GROUPED,
        "error_of",
    ),
    "receipts_go_to_another_tablet_of_the_group": SourceBug(
        _GROUP,
        "zip(group, results, strict=True)",
        "zip(group, reversed(results), strict=True)",
        _GROUPED,
        "one_after",
    ),
    "last_push_is_the_first_of_the_group": SourceBug(
        _GROUP, "return group\n", "return group[::-1]\n", _QUEUE, "order_of_arrival"
    ),
    "pushes_of_one_tablet_share_a_group": SourceBug(
        _GROUP, "if keys.isdisjoint(waiting.keys):", "if waiting:", _QUEUE, "share_a_key"
    ),
    "a_push_overtakes_the_push_before_it": SourceBug(
        _GROUP,
        "                left.append(waiting)\n",
        "                left.append(waiting)\n                continue\n",
        _QUEUE,
        "share_a_key",
    ),
    "group_without_a_bound": SourceBug(
        _GROUP, " and (not group or size + self._queue[0].size <= MAX_CHANGES)", "", _QUEUE, "so_many_changes"
    ),
    "busy_store_is_tried_for_each_push": SourceBug(
        _GROUP, "error.code is ErrorCode.BUSY", "error.code is ErrorCode.LOCKED", _QUEUE, "is_busy"
    ),
    "refused_push_is_stored_all_the_same": SourceBug(
        _GROUP, "                    self._queue.remove(waiting)\n", "", _QUEUE, "waits_too_long"
    ),
    "expired_session_of_a_group_is_served": SourceBug(
        _EXCHANGE, "None if received is None else received.generation)", "None)", _GROUPED, "expired_session"
    ),
    "heartbeats_of_a_group_are_not_stored": SourceBug(
        _EXCHANGE,
        "        if received is not None and heartbeat.is_due(device, received.seen):\n",
        "        if received is None:\n",
        _GROUPED,
        "one_transaction",
    ),
    "number_blocks_of_a_group_are_leased_to_the_first": SourceBug(
        _EXCHANGE,
        "zip(pushes, (push.device for push in entered), strict=True)",
        "zip(pushes, [entered[0].device] * len(pushes), strict=True)",
        _GROUPED,
        "share_no_number",
    ),
    "new_receipts_of_a_group_are_counted_as_repeats": SourceBug(
        _PUSH,
        "    fresh = [_fresh(receipts_of_push)",
        "    processor.flush()\n    fresh = [_fresh(receipts_of_push)",
        _GROUPED,
        "one_transaction",
    ),
    "stamp_of_a_group_is_lost": SourceBug(
        f"{_S}records.change_feed",
        "[(c.seq, c.live.count,",
        "[(c.seq - len(c.stamps) // 2, c.live.count,",
        _GROUPED,
        "one_transaction",
    ),
    "rush_is_answered_with_all_records": SourceBug(
        _EXCHANGE,
        "if is_rush else request.max_records",
        "if not is_rush else request.max_records",
        _GROUPED,
        "rush",
    ),
    "orphan_of_another_process_waits_for_ever": SourceBug(
        _EXCHANGE,
        "        if write_lock(self.engine) is None:\n",
        "        if not pushes:\n",
        "tests/contract/test_interleavings.py",
        "no_reader_passes",
    ),
}
