"""The tables of `state.db` and `series.db`, version by version. Statements only add; a released version never changes.

The outbox and others that number their rows use `autoincrement`: a number given out is never given out again, not even
after the table was emptied.
"""

from cmsp_agent.storage.sqlite.migrations import Migration

_STATE_1 = """
    create table meta(key text primary key, value text not null) without rowid;
    create table outbox(row integer primary key autoincrement, first integer, kind integer not null,
        severity integer not null, appended_at integer not null, body blob not null);
    create table epochs(number integer primary key, epoch text not null, began_at integer not null,
        reason text not null, last integer not null, base integer not null);
    create table dead_letters(row integer primary key, epoch text not null, sequence integer not null,
        kind integer not null, refused_at integer not null, detail text not null, body blob not null);
    create table events(row integer primary key autoincrement, id text not null, component text not null,
        type text not null, severity integer not null, active integer not null, received_at integer not null,
        body blob not null);
    create index events_by_id on events(id);
    create index events_in_short on events(row, component, type, severity);
    create index events_active on events(row) where active = 1;
    create table incidents(number integer primary key autoincrement, id text not null unique,
        open integer not null, opened_at integer not null, priority text not null, body blob not null);
    create index incidents_open on incidents(number) where open = 1;
    create table backups(row integer primary key autoincrement, id text not null unique,
        component text not null, taken_at integer not null, known_good integer not null, body blob not null);
    create index backups_by_component on backups(component, row);
    create table inventory(component text primary key, changed_at integer not null, body blob not null) without rowid;
    create table inventory_history(row integer primary key autoincrement, component text not null,
        changed_at integer not null, body blob not null);
    create table jobs(id text primary key, state text not null, created_at integer not null,
        body blob not null) without rowid;
    create table idempotency(key text not null, principal text not null, request blob not null,
        answered_at integer not null, status integer not null, body blob not null,
        primary key(key, principal)) without rowid;
    create table audit(row integer primary key autoincrement, at integer not null, who text not null,
        source text not null, action text not null, object text not null, outcome text not null,
        detail text not null, mac blob not null);
    create table snmp_engines(address text primary key, engine_id blob not null,
        seen_at integer not null) without rowid;
    create table host_keys(address text not null, algorithm text not null, key blob not null,
        seen_at integer not null, primary key(address, algorithm)) without rowid;
    create table calendar_runs(name text primary key, ran_at integer not null) without rowid;
"""

_SERIES_1 = """
    create table meta(key text primary key, value text not null) without rowid;
    create table component_ids(id integer primary key, name text not null unique);
    create table column_sets(id integer primary key, names blob not null unique);
    create table samples(component integer not null, at integer not null, columns integer not null,
        packed blob not null, primary key(component, at)) without rowid;
"""

_SERIES_2 = """
    create table rollups(step integer not null, component integer not null, at integer not null,
        columns integer not null, packed blob not null);
    create unique index rollups_by_time on rollups(step, component, at);
    create table rolled(step integer not null, component integer not null, until integer not null,
        primary key(step, component)) without rowid;
"""

_STATE_2 = """
    alter table outbox add column checksum integer;
"""

_STATE_3 = """
    create table seen_well(component text primary key, body blob not null) without rowid;
"""

_STATE_4 = """
    create table dead_rows(row integer primary key autoincrement, found_at integer not null, place text not null,
        name text not null, reason text not null, content text not null, noted integer not null default 0);
    create index dead_rows_not_noted on dead_rows(row) where noted = 0;
"""

_STATE_5 = """
    create table audit_told(outbox integer primary key, entry integer not null, mac blob not null);
"""

_STATE_6 = """
    create table silences(id text primary key, ends_at integer not null, body blob not null) without rowid;
"""

_STATE_7 = """
    create table notifications(id text primary key, next_at integer not null, body blob not null) without rowid;
    create table notified(id text primary key, body blob not null) without rowid;
"""

_STATE_8 = """
    create table unneeded_contents(address text primary key, component text not null) without rowid;
"""

_STATE_9 = """
    create table device_starts(component text primary key, body blob not null) without rowid;
"""

_STATE_10 = """
    create table inventory_changes(row integer primary key autoincrement, component text not null,
        at integer not null, body blob not null);
    create index inventory_changes_by_component on inventory_changes(component, row);
    create table inventory_sent(component text primary key, epoch text not null, at integer not null) without rowid;
    create table components_seen(component text primary key, first_at integer not null,
        last_at integer not null) without rowid;
"""

_STATE_11 = """
    create table emergency_calls(id text primary key, at integer not null, component text not null,
        body blob not null) without rowid;
    create index emergency_calls_by_time on emergency_calls(at);
"""

_STATE_12 = """
    create table raw_messages(row integer primary key autoincrement, event text not null,
        received_at integer not null, sealed blob not null);
    create index raw_messages_by_event on raw_messages(event);
"""

# a row that came before may be of a release without checksums
_STATE_13 = """
    insert into meta(key, value) select 'outbox.unsummed', seq from sqlite_sequence where name = 'outbox';
"""

STATE = (
    Migration(1, _STATE_1),
    Migration(2, _STATE_2),
    Migration(3, _STATE_3),
    Migration(4, _STATE_4),
    Migration(5, _STATE_5),
    Migration(6, _STATE_6),
    Migration(7, _STATE_7),
    Migration(8, _STATE_8),
    Migration(9, _STATE_9),
    Migration(10, _STATE_10),
    Migration(11, _STATE_11),
    Migration(12, _STATE_12),
    Migration(13, _STATE_13),
)
SERIES = (Migration(1, _SERIES_1), Migration(2, _SERIES_2), Migration(3, _STATE_4))
