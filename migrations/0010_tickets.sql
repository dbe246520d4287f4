-- Tickets issued again, and a booking's new mail address.

-- What a ticket's code was before it was issued again: the door and the old page say so, and nothing opens with it.
create table former_codes (
    code_hash bytea primary key,
    ticket_id uuid not null references tickets,
    ended_at timestamptz not null
);
create index former_codes_by_ticket on former_codes (ticket_id);

-- The address somebody wants for all bookings of a party, kept at its lead. It counts once it is confirmed by a mail to it.
alter table bookings
    add column wanted_email text not null default '',
    add column wanted_email_hash bytea,
    add column wanted_email_at timestamptz,
    add constraint bookings_wanted_email_whole check ((wanted_email = '') = (wanted_email_hash is null)),
    add constraint bookings_wanted_email_unique unique (wanted_email_hash);

-- Who has lost a ticket knows the address it was sent to.
create index bookings_by_email on bookings (lower(email));

-- A scan and issuing a ticket again meet at the ticket's row: the scan waits, and then looks for the code anew. A code that was
-- replaced is refused as 'replaced'; its record says 'unknown', as of any code that opens nothing.
alter function redeem_tickets(uuid, jsonb) rename to decide_scans;

create function redeem_tickets(p_event uuid, p_requests jsonb)
returns table (idx int, verdict text, reason text, replayed boolean, first_at timestamptz, first_gate text,
               guest jsonb, elsewhere jsonb)
language plpgsql as $$
begin
    perform t.id
    from jsonb_to_recordset(p_requests) as q (code_hash text)
    cross join lateral (select x.id from tickets x where x.code_hash = decode(q.code_hash, 'hex') limit 1 for key share) t;
    return query
        select d.idx, d.verdict,
               case when d.reason = 'unknown' and f.ticket_id is not null then 'replaced' else d.reason end,
               d.replayed, d.first_at, d.first_gate, d.guest, d.elsewhere
        from decide_scans(p_event, p_requests) d
        left join lateral (select x.ticket_id
                           from former_codes x
                           join tickets t on t.id = x.ticket_id
                           join events e on e.id = p_event and e.organiser_id = t.organiser_id
                           where d.reason = 'unknown'
                             and x.code_hash = decode(p_requests -> d.idx ->> 'code_hash', 'hex')
                           limit 1) f on true
        order by d.idx;
end $$;
