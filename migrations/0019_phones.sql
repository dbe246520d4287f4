-- What a phone of the door reads: a guest with position and host.

-- Who receives this guest, by name; empty: nobody in particular.
create function hosts_of_registration(p_registration uuid) returns text
language sql stable as $$
    select coalesce(string_agg(h.name, ', ' order by h.name, h.id), '')
    from hosted_guests x
    join hosts h on h.id = x.host_id
    where x.registration_id = p_registration
      and h.revoked_at is null
$$;

-- What the door needs to know to receive somebody. Of a guest who belongs elsewhere only the name.
create or replace function guest_at_door(p_registration uuid, p_guest uuid) returns jsonb
language sql stable as $$
    select jsonb_build_object('honorific', g.honorific, 'family_name', g.family_name, 'given_name', g.given_name,
               'family_name_kana', g.family_name_kana, 'given_name_kana', g.given_name_kana,
               'family_name_latin', g.family_name_latin, 'given_name_latin', g.given_name_latin)
           || case when r.id is null then '{}' else
               jsonb_build_object('registration_id', r.id, 'company', g.company, 'job_title', g.job_title, 'table_name', r.table_name,
                   'host', hosts_of_registration(r.id), 'flags', g.flags, 'diet', g.diet, 'access_needs', g.access_needs) end
    from guests g
    left join registrations r on r.id = p_registration
    where g.id = coalesce((select x.guest_id from registrations x where x.id = p_registration), p_guest)
$$;

-- The id that a text is, or nothing: what a phone sent may be anything.
create function uuid_in_text(p_text text) returns uuid
language sql immutable as $$
    select case when p_text ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then p_text::uuid end
$$;

-- The scans kept for a decision that are about these guests: by ticket, by registration, by a record of theirs, as who was made of them,
-- or by the name that was typed at the door.
create function stranded_scans_of_guests(p_guests uuid[]) returns setof uuid
language sql stable as $$
    select s.id
    from guests g
    join stranded_scans s on s.event_id in (select e.id from events e where e.organiser_id = g.organiser_id)
    where g.id = any (p_guests)
      and (s.scan ->> 'code_hash' in (select encode(t.code_hash, 'hex') from tickets t where t.guest_id = g.id)
           or exists (select
                      from registrations r
                      where r.guest_id = g.id
                        and (r.id = uuid_in_text(s.scan ->> 'registration_id')
                             or r.id = (select c.registration_id from check_ins c where c.id = uuid_in_text(s.scan ->> 'check_in_id'))))
           or exists (select from bookings b where b.id = g.booking_id and b.idempotency_key = 'door:' || (s.scan ->> 'id'))
           or g.family_name <> ''
              and s.scan -> 'person' ->> 'family_name' = g.family_name
              and coalesce(s.scan -> 'person' ->> 'given_name', '') = g.given_name)
$$;
