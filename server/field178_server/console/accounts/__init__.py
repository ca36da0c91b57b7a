"""Sign-in, sign-out, the officer's own page and own tablets."""

from __future__ import annotations

from field178_server.console.accounts import (
    appearance,
    choose_password,
    confirmation,
    data_tokens,
    own_account,
    own_tablets,
    pages,
    passkeys,
)
from field178_server.console.shell.access import PUBLIC, SIGNED_IN
from field178_server.console.shell.routes import get, post

ROUTES = (
    get("/choose-password/<token>", choose_password.choose_password_form, PUBLIC),
    post("/choose-password/<token>", choose_password.choose_password, PUBLIC),
    get("/confirm", confirmation.confirm_form, SIGNED_IN),
    post("/confirm", confirmation.confirm, SIGNED_IN),
    get("/account", own_account.index, SIGNED_IN),
    post("/account/password", own_account.set_password, SIGNED_IN),
    post("/account/mail", own_account.set_mail, SIGNED_IN),
    post("/account/sessions/end-others", own_account.end_other_sessions, SIGNED_IN),
    get("/account/authenticator", own_account.authenticator, SIGNED_IN),
    post("/account/authenticator", own_account.begin_codes, SIGNED_IN),
    post("/account/authenticator/end", own_account.end_codes, SIGNED_IN),
    post("/account/passkeys/options", passkeys.passkey_options, SIGNED_IN),
    post("/account/passkeys/challenge", passkeys.passkey_challenge, SIGNED_IN),
    post("/account/passkeys", passkeys.add_passkey, SIGNED_IN),
    post("/account/passkeys/<passkey_id>/rename", passkeys.rename_passkey, SIGNED_IN),
    post("/account/passkeys/<passkey_id>/remove", passkeys.remove_passkey, SIGNED_IN),
    get("/account/tokens/<token_id>", data_tokens.accepted_token, SIGNED_IN),
    post("/account/tokens/<token_id>", data_tokens.answer_token, SIGNED_IN),
    post("/account/tokens/<token_id>/end", data_tokens.end_token, SIGNED_IN),
    post("/account/requests/<request_id>/refuse", own_account.refuse_request, SIGNED_IN),
    get("/own-tablets", own_tablets.own_tablets, SIGNED_IN),
    post("/own-tablets/<device_id>", own_tablets.answer_own_tablet, SIGNED_IN),
    get("/sign-in", pages.sign_in_form, PUBLIC),
    post("/sign-in", pages.sign_in, PUBLIC),
    post("/sign-in/passkey", pages.sign_in_with_passkey, PUBLIC),
    get("/session", pages.stay, SIGNED_IN),
    post("/sign-out", pages.sign_out, SIGNED_IN),
    post("/preferences", appearance.set_preferences, PUBLIC),
)
