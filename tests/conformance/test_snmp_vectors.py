"""USM vectors that others published: key localisation and signatures (gufo_snmp's test data)."""

import json
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.transports.snmp import usm
from cmsp_agent.transports.snmp.keys import AUTH_PROTOCOLS, localize, master_key
from cmsp_agent.transports.snmp.users import Signer

PROTOCOLS = {"md5": AUTH_PROTOCOLS["MD5"], "sha": AUTH_PROTOCOLS["SHA-1"], "sha1": AUTH_PROTOCOLS["SHA-1"]}


@pytest.fixture(scope="module")
def vectors(shared: Path) -> dict[str, dict[str, Any]]:
    found = json.loads((shared / "testdata" / "snmpv3-vectors-gufo" / "auth-vectors.json").read_text())
    return {vector["test"]: vector for vector in found}


@pytest.mark.parametrize("name", ["md5", "sha"])
def test_keys_from_passwords(vectors: dict[str, dict[str, Any]], name: str) -> None:
    vector = vectors[f"test_{name}_from_password"]
    key = master_key(PROTOCOLS[name], vector["password"].encode())
    assert key.hex() == vector["expected1"]
    assert localize(PROTOCOLS[name], key, bytes.fromhex(vector["engine_id"])).hex() == vector["expected2"]


@pytest.mark.parametrize("name", ["md5", "sha1"])
def test_signatures(vectors: dict[str, dict[str, Any]], name: str) -> None:
    vector = vectors[f"test_{name}_sign"]
    protocol = PROTOCOLS[name]
    engine_id = bytes.fromhex(vector["engine_id"])
    unsigned, signed = bytes.fromhex(vector["whole_msg"]), bytes.fromhex(vector["expected"])
    received = usm.decode(signed)
    assert (received.engine_id, received.mac_at) == (engine_id, vector["auth_params_offset"])
    # The master key of the vectors is the password of a user, taken as it stands as the master key Ku.
    signer = Signer(protocol, localize(protocol, bytes.fromhex(vector["master_key"]), engine_id))
    assert signer.sign(unsigned) == received.mac
    assert signer.verifies(signed, received.mac_at, received.mac)
