"""Behind a configured proxy: only the element that the proxy itself added is believed."""
import pytest


SETTINGS = {"KAA_TRUSTED_PROXIES": "127.0.0.1"}


def documentation(nobody, forwarded):
    return nobody.get("/api-info", headers={"Forwarded": forwarded}).json()["apiDocumentation"]


def test_the_proxys_word_is_the_base(nobody):
    assert documentation(nobody, "for=192.0.2.1;host=kaa.example;proto=https") == "https://kaa.example/kaa/v1/docs"
    assert documentation(nobody, 'proto=https;host="kaa.example:8443"') == "https://kaa.example:8443/kaa/v1/docs"


def test_what_the_client_put_before_it_is_not_believed(nobody):
    forwarded = "for=6.6.6.6;host=evil.example;proto=https, for=192.0.2.1;host=kaa.example;proto=https"
    assert documentation(nobody, forwarded) == "https://kaa.example/kaa/v1/docs"


@pytest.mark.parametrize("forwarded", [
    "for=192.0.2.1", "host=kaa.example", "proto=https", "host=kaa.example;proto=gopher", "xhost=a.example;xproto=https",
    "host=a.example/x;proto=ftp", "host=;proto=https",
])
def test_what_is_no_base_is_passed_over(nobody, service, forwarded):
    assert documentation(nobody, forwarded) == f"{service.url}/kaa/v1/docs"
