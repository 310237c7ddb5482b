"""Who is let in: asked of the guard itself, and of the server as strangers would."""

import http.client
import socket
from time import monotonic

import pytest
from aiohttp.test_utils import make_mocked_request
from conftest import shell

from cryosim.doctor import windows
from cryosim.errors import CaseError, MissingTool
from cryosim.web.guard import Guard
from cryosim.web.serve import _announce, serve

STATIC = "/__cryosim/picture.js"
UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip


def ask(served, path, method="GET", **headers):
    """Status, headers and text of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    try:
        connection.request(
            method, path, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        answer = connection.getresponse()
        text = b"" if answer.status == 101 else answer.read()
        return answer.status, answer.headers, text
    finally:
        connection.close()


def cookie_of(served):
    status, headers, _ = ask(served, f"/?token={served.token}")
    assert status == 200
    return headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("path", "method"),
    [("/", "GET"), ("/index.html", "GET"), (STATIC, "GET"), ("/vue.global.js", "GET"),
     ("/picture.png", "GET"), ("/animation.gif", "GET"), ("/paraview/", "POST"), ("/no", "GET")],
)  # fmt: skip
def test_nothing_is_told_without_the_token(served, path, method):
    assert ask(served, path, method)[0] == 403
    assert ask(served, f"{path}?token=wrong", method)[0] == 403
    assert ask(served, f"{path}?token=", method, Cookie=f"cryosim-{served.port}=wrong")[0] == 403


def test_the_socket_asks_for_the_cookie_and_for_our_own_page(served):
    cookie = cookie_of(served).split(";")[0]
    ours = f"http://127.0.0.1:{served.port}"
    assert ask(served, "/ws", **UPGRADE)[0] == 403
    assert ask(served, "/ws", Origin=ours, **UPGRADE)[0] == 403
    assert ask(served, "/ws", Cookie=cookie, Origin="http://evil.example", **UPGRADE)[0] == 403
    assert ask(served, "/ws", Cookie=cookie, Origin="null", **UPGRADE)[0] == 403
    assert ask(served, "/ws", Cookie=cookie, Origin=ours, **UPGRADE)[0] == 101


def test_the_cookie_lets_in_and_no_script_or_other_site_can_use_it(served):
    cookie = cookie_of(served)
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert ask(served, STATIC, Cookie=cookie.split(";")[0])[0] == 200


def test_a_name_that_is_not_ours_is_refused(served):
    known = f"/?token={served.token}"
    for name in (
        "evil.example",
        f"evil.example:{served.port}",
        "127.0.0.1.evil.example",
        "10.0.0.7",
    ):
        assert ask(served, known, Host=name)[0] == 403
    for name in (f"localhost:{served.port}", "127.0.0.1:9", f"[::1]:{served.port}"):
        assert ask(served, known, Host=name)[0] == 200, "the port may be that of a tunnel"


def test_the_page_may_ask_nobody_else_and_names_nobody_else(served):
    _, headers, text = ask(served, f"/?token={served.token}")
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert served.token.encode() not in text
    assert b"//" not in text.replace(b"http-equiv", b"").split(b"<body>")[0].replace(b"</", b"")


def test_it_listens_on_the_loopback_alone(served):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outward:
        try:
            outward.connect(("192.0.2.1", 9))  # sends nothing; picks the outer interface
            place = outward.getsockname()[0]
        except OSError:
            place = socket.gethostbyname(socket.gethostname())
    if place.startswith("127."):
        place = "127.0.0.2"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((place, served.port), timeout=5)


def asked(guard, host, **headers):
    request = make_mocked_request("GET", "/", headers={"Host": host, **headers})
    return guard._knows_us(request)


def test_a_server_for_others_takes_figures_and_its_own_names():
    guard = Guard("0.0.0.0")
    assert guard.open_to_others
    assert asked(guard, "192.0.2.4:80")
    assert asked(guard, f"{socket.gethostname()}:80")
    assert not asked(guard, "evil.example")
    assert not asked(guard, "192.0.2.4:80", Origin="http://192.0.2.4:81")
    assert not asked(guard, "[::1")
    assert not asked(guard, "localhost:none")
    assert not asked(guard, "localhost:80", Origin="http://[")
    assert not Guard("::1").open_to_others


def test_an_invitation_ends(monkeypatch):
    guard = Guard("127.0.0.1")
    word = guard.invite()
    request = make_mocked_request("GET", "/", headers={"Host": "localhost"})
    later = monotonic() + 61.0
    monkeypatch.setattr("cryosim.web.guard.monotonic", lambda: later)
    assert not guard._is_known(request, word)
    assert guard._is_known(request, guard.invite())


def test_an_invitation_is_good_once():
    guard = Guard("127.0.0.1")
    word = guard.invite()
    request = make_mocked_request("GET", "/", headers={"Host": "localhost"})
    assert guard._is_known(request, word)
    assert not guard._is_known(request, word)
    assert not guard._is_known(request, "")
    assert not guard._is_known(request, "ü")
    assert not guard._is_known(request, "\udcff"), "bytes that are no text"


def test_a_port_that_is_taken_is_one_error(run_folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CaseError, match=rf"--port {port}: cannot be had .*leave --port out"):
            serve(run_folder, port=port)
    with pytest.raises(CaseError, match="--port 70000: expected 0 to 65535"):
        serve(run_folder, port=70000)
    with pytest.raises(CaseError, match=r"--host nowhere\.invalid: no address"):
        serve(run_folder, host="nowhere.invalid")
    with pytest.raises(CaseError, match=r"--host 192\.0\.2\.9: no address of this machine"):
        serve(run_folder, host="192.0.2.9")


def test_the_way_from_elsewhere_is_told(served):
    assert f"ssh -L {served.port}:127.0.0.1:{served.port}" in served.said
    assert socket.gethostname() in served.said
    assert "WARNING" not in served.said


@pytest.mark.parametrize(
    ("host", "place", "tunnel"),
    [("::1", "http://[::1]:80/", "-L 80:[::1]:80 "), ("0.0.0.0", "http://node7:80/", "")],
)
def test_the_address_can_be_opened_where_it_is_told_to(host, place, tunnel, capsys, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "Node7")
    monkeypatch.setattr("socket.getfqdn", lambda: "node7.cluster.example")
    _announce(guard := Guard(host), 80, browser=False)
    said = capsys.readouterr().out
    assert f"{place}?token={guard.token}" in said
    assert tunnel in said
    assert asked(guard, "node7.cluster.example:80") == (host == "0.0.0.0")
    assert not asked(guard, "node7.evil.example:80")


def test_without_trame_the_way_to_get_it_is_told(run_folder, monkeypatch):
    def none_of_these(package):
        raise windows.PackageNotFoundError(package)

    monkeypatch.setattr(windows, "version", none_of_these)
    with pytest.raises(MissingTool, match=r"pip install 'cryosim\[web\]'"):
        serve(run_folder)


def test_the_way_to_get_it_can_be_told_without_its_libraries():
    """``view --web`` imports this before it asks what is there."""
    code = (
        "import sys\n"
        "sys.modules |= dict.fromkeys(('aiohttp', 'trame', 'trame_vuetify'))\n"
        "import cryosim.web.serve\n"
    )
    done = shell(code=code)
    assert done.code == 0, done.err
