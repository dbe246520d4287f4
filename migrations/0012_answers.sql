-- Answering an invitation: who comes for it, one answer at a time, links that came to an end.

alter table invitations
    add column guest_id uuid references guests,                   -- the invitee as a guest, once anything was accepted in person
    add column answering_until timestamptz,                       -- somebody is answering just now; others wait their turn
    add column message text not null default '';                  -- a word to the hosts, for nobody else

-- Who came in through an invitation besides the invitee. One deputy may come to several events with one ticket.
create table invitation_guests (
    guest_id uuid primary key references guests,
    invitation_id uuid not null references invitations,
    role text not null,
    email text not null default '',                               -- a deputy is written to as well
    constraint invitation_guests_role_known check (role in ('deputy', 'companion'))
);
create index invitation_guests_by_invitation on invitation_guests (invitation_id);

-- Links that were replaced by new ones: whoever still has one learns that a newer one exists.
create table ended_links (
    token_hash bytea primary key,
    invitation_id uuid not null references invitations,
    ended_at timestamptz not null
);
create index ended_links_by_invitation on ended_links (invitation_id);
