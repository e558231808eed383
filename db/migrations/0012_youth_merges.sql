-- Merges: two youths who turn out to be one person. A pointer, no row moves, so that it can be reversed.
--
-- The duplicate keeps its rows and its address. Everything that looks for a person goes to the survivor: numbers
-- (base.numbers_of_persons), lists and figures leave the duplicate out, and nothing new is written about it.

create table base.youth_merges (
  like base.standard including defaults,
  youth_id uuid not null,    -- the duplicate
  merged_into uuid not null, -- the survivor
  status text not null default 'merged' check (status in ('merged', 'reversed')),
  reason text check (length(reason) between 1 and 200),
  reversed_at timestamptz,
  primary key (municipality, id),
  constraint merged_into_itself check (youth_id <> merged_into),
  constraint reversed_at_with_status check ((status = 'reversed') = (reversed_at is not null))
);
select base.guard('youth_merges', 'youth');
drop trigger require_youth on base.youth_merges; -- rule_merge refuses in an order of its own
drop trigger note_insert on base.youth_merges;   -- the feed tells of the youths themselves
drop trigger note_update on base.youth_merges;
create unique index merged_once on base.youth_merges (municipality, youth_id) where status = 'merged';
create index youth_merges_survivor on base.youth_merges (municipality, merged_into);
alter table base.youth_merges
  drop constraint youth_merges_youth_id_fkey, -- a duplicate that is deleted takes its merges along
  add constraint youth_merges_youth_id_fkey foreign key (municipality, youth_id) references base.youths (municipality, id) on delete cascade,
  add constraint youth_merges_merged_into_fkey foreign key (municipality, merged_into) references base.youths (municipality, id);
create policy everyone on base.youth_merges as restrictive to kaa_service
  using ((select base.may('protected:read')) and (select base.districts()) is null);
revoke insert, update on base.youth_merges from kaa_service;
grant insert (id, youth_id, merged_into, reason), update (status, reversed_at) on base.youth_merges to kaa_service;

-- How much is hidden of whom: of two of one person the survivor's must not be less.
create function base.protection_rank(protection text) returns int language sql immutable parallel safe
return array_position('{none,confidentiality_marking,protected_registration}', protection);

-- True when both were registered on some day. Which day belongs to whom could then not be said.
create function base.registered_together(town text, one uuid, other uuid) returns boolean language sql stable
return exists (
  select from base.registrations a join base.registrations b
    on b.municipality = a.municipality and daterange(b.start_date, b.end_date, '[)') && daterange(a.start_date, a.end_date, '[)')
  where a.municipality = town and a.youth_id = one and b.youth_id = other);

create function base.open_registrations(town text, youth uuid) returns bigint language sql stable
return (select count(*) from base.registrations r where r.municipality = town and r.youth_id = youth and r.end_date is null);

-- Both youths are locked first: neither can be merged or registered otherwise meanwhile.
create function base.rule_merge() returns trigger language plpgsql as $$
declare
  duplicate base.youths;
  survivor base.youths;
begin
  perform base.needs_everyone();
  if new.youth_id = new.merged_into then perform base.refuse(422, 'merged-into-itself'); end if;
  perform from base.youths y where y.municipality = new.municipality and y.id in (new.youth_id, new.merged_into) order by y.id for update;
  select * into duplicate from base.youths y where y.municipality = new.municipality and y.id = new.youth_id;
  if not found then perform base.refuse(422, 'unknown-reference', '{"pointer": "/youthId"}'); end if;
  select * into survivor from base.youths y where y.municipality = new.municipality and y.id = new.merged_into;
  if not found then perform base.refuse(422, 'unknown-reference', '{"pointer": "/mergedInto"}'); end if;
  if duplicate.merged_into is not null then
    perform base.refuse(409, 'merged', jsonb_build_object('pointer', '/youthId', 'mergedInto', duplicate.merged_into));
  end if;
  if survivor.merged_into is not null then
    perform base.refuse(409, 'survivor-merged', jsonb_build_object('mergedInto', survivor.merged_into));
  end if;
  if exists (select from base.youths y where y.municipality = new.municipality and y.merged_into = new.youth_id) then
    perform base.refuse(409, 'duplicate-survives');
  end if;
  if survivor.status = 'preventive' then perform base.refuse(422, 'survivor-preventive'); end if;
  if base.protection_rank(survivor.protection) < base.protection_rank(duplicate.protection) then
    perform base.refuse(422, 'survivor-less-protected');
  end if;
  if base.open_registrations(new.municipality, new.youth_id) > 0 then
    perform base.refuse(409, case when base.open_registrations(new.municipality, new.merged_into) > 0
                                  then 'both-registered' else 'duplicate-registered' end);
  end if;
  if base.registered_together(new.municipality, new.youth_id, new.merged_into)
     or exists (select from base.youths y where y.municipality = new.municipality and y.merged_into = new.merged_into
                and base.registered_together(new.municipality, new.youth_id, y.id)) then
    perform base.refuse(409, 'registered-together');
  end if;
  return new;
end $$;
create trigger rule_merge before insert on base.youth_merges for each row execute function base.rule_merge();

-- The duplicates of a survivor are hidden at least as it is; with protected registration no address or school
-- stays. When a merge is reversed that stays so until the register says otherwise.
create function base.protect_duplicates(town text, survivor uuid, wanted text) returns void
language sql security definer set search_path = pg_catalog
begin atomic
  update base.youths d
  set protection = wanted,
      district_id = case when not h.hidden then d.district_id end,
      residence = case when h.hidden then d.residence - 'district' else d.residence end,
      address = case when not h.hidden or d.address ->> 'kind' = 'forwarding' then d.address end,
      contact_address = case when not h.hidden then d.contact_address end,
      enrolments = case when h.hidden then base.without_schools(d.enrolments) else d.enrolments end
  from (select wanted = 'protected_registration' as hidden) h
  where d.municipality = town and d.merged_into = survivor and base.protection_rank(d.protection) < base.protection_rank(wanted);
end;
revoke all on function base.protect_duplicates from public;

create function base.protect_duplicates_too() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform base.protect_duplicates(new.municipality, new.id, new.protection);
  return null;
end $$;
create trigger protect_duplicates after update of protection on base.youths for each row
  when (new.protection <> old.protection and new.merged_into is null) execute function base.protect_duplicates_too();

create function base.keep_merge() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  update base.youths y set merged_into = new.merged_into where y.municipality = new.municipality and y.id = new.youth_id;
  perform base.protect_duplicates(new.municipality, new.merged_into, (select y.protection from base.youths y
    where y.municipality = new.municipality and y.id = new.merged_into));
  return null;
end $$;
create trigger keep_merge after insert on base.youth_merges for each row execute function base.keep_merge();

-- Two persons again: each is found by its own numbers. Has the survivor a number of the duplicate's in use, its
-- own latest one holds again.
create function base.reverse_merge() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  update base.youths y set merged_into = null where y.municipality = new.municipality and y.id = new.youth_id;
  insert into base.identity_numbers (municipality, youth_id, number, type)
  select n.municipality, n.youth_id, n.number, n.type
  from base.identity_numbers n
  where n.municipality = new.municipality and n.youth_id = new.merged_into and not n.again
    and exists (select from base.identity_numbers held join base.identity_numbers own
                  on own.municipality = held.municipality and own.number = held.number and own.youth_id = new.youth_id
                where held.municipality = new.municipality and held.youth_id = new.merged_into and held.current)
  order by (select max(m.valid_to) from base.identity_numbers m
            where m.municipality = n.municipality and m.youth_id = n.youth_id and m.number = n.number) desc, n.created_at desc
  limit 1;
  return null;
end $$;
create trigger reverse_merge after update of status on base.youth_merges for each row
  when (new.status = 'reversed' and old.status = 'merged') execute function base.reverse_merge();

insert into base.transitions (resource, "from", event, "to", sets) values
  ('youth-merges', 'merged', 'reversed', 'reversed', '{at=reversed_at}');

-- What casework holds of a duplicate stays as it was; it may be cleared, as guardians are on the 18th birthday.
create function base.keep_duplicate() returns trigger language plpgsql as $$
begin
  perform base.refuse(409, 'merged', jsonb_build_object('mergedInto', new.merged_into));
  return new;
end $$;
create trigger keep_duplicate before update of contact_address, phones, email, guardians, external_ids on base.youths for each row
  when (new.merged_into is not null and (
    new.contact_address <> coalesce(old.contact_address, '{}') or new.phones <> old.phones
    or coalesce(new.email <> old.email, new.email is not null) or new.external_ids <> old.external_ids
    or (new.guardians <> old.guardians and new.guardians <> '[]')))
  execute function base.keep_duplicate();

-- Views --------------------------------------------------------------------------------------------

create view api.youth_merges with (security_invoker) as
select m.id, m.version, m.created_at as "createdAt", m.created_by as "createdBy", m.modified_at as "modifiedAt",
       m.modified_by as "modifiedBy", m.youth_id as "youthId", m.merged_into as "mergedInto", m.status, m.reason,
       m.reversed_at as "reversedAt"
from base.youth_merges m;
create view edit.youth_merges with (security_invoker) as
select id, youth_id as "youthId", merged_into as "mergedInto", reason from base.youth_merges;
select base.publish(v) from unnest(array['api.youth_merges', 'edit.youth_merges']) v;
