-- Waves that a co-host sends to its own guests; null: the organiser's.
alter table waves add column co_host_id uuid references co_hosts;
