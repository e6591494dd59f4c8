-- IPv6 addresses of devices that documents have put into VRFs (JSON): the kernel drops them with the VRF.
CREATE TABLE vrf_addresses (
    position     INTEGER PRIMARY KEY,
    namespace    INTEGER NOT NULL REFERENCES namespaces ON DELETE CASCADE,
    document     TEXT    NOT NULL,
    address      TEXT    NOT NULL,
    device_index INTEGER NOT NULL
) STRICT;

CREATE INDEX vrf_addresses_of ON vrf_addresses (namespace);
