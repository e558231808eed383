-- What the service's role may do by functions that run as the owner, beyond every policy.
begin;
select no_plan();

create view pg_temp.doors as
select p.oid, p.proname::text as name from pg_proc p
where p.pronamespace = any ('{base,api,edit}'::regnamespace[]) and p.prosecdef and p.prorettype <> 'trigger'::regtype;
select set_eq($$select name from pg_temp.doors where has_function_privilege('kaa_service', oid, 'execute')$$, array[
  'accesses_of', 'any_protected', 'consent_covers', 'hold_replan', 'import_event', 'in_force', 'my_recipients',
  'keep_report', 'kept_report', 'open_report', 'paused_on', 'publish_report', 'put_import_part', 'receive_incoming_referral', 'receive_school_event', 'release_replan', 'reserve', 'run_evaluation', 'school_event_receipt', 'statistics_checks', 'statistics_export',
  'successor', 'timeline_of', 'transit_as_recipient', 'youth_exists'],
  'the service''s doors to what the owner may');
select is_empty($$select name from pg_temp.doors where has_function_privilege('public', oid, 'execute')$$, 'each is given to it, none to everybody');
select is_empty($$select p.proname from pg_proc p where p.prosecdef and p.pronamespace = any ('{base,api,edit}'::regnamespace[])
                  and coalesce(array_to_string(p.proconfig, ' '), '') !~ 'search_path=pg_catalog'$$, 'and looks for names where nobody else can put any');
select is_empty($$select c.relname from pg_class c where c.relnamespace = any ('{base,api,edit}'::regnamespace[]) and pg_get_userbyid(c.relowner) = 'kaa_service'$$, 'it owns nothing');
select * from finish();
rollback;
