-- Incoming referrals: partners ask the municipality to take somebody on. They are told nothing of the person.

create table base.incoming_referrals (
  like base.standard including defaults,
  status text not null default 'received' check (status in ('received', 'accepted', 'declined', 'closed')),
  client text not null default coalesce(base.client(), ''),
  personal_number text,
  given_name text check (length(given_name) between 1 and 100),
  family_name text check (length(family_name) between 1 and 100),
  phones text[] not null default '{}' check (cardinality(phones) <= 5),
  email text,
  reason text check (length(reason) between 1 and 500),
  evidence_reference text check (length(evidence_reference) between 1 and 100), -- of the consent that the partner holds
  external_reference text check (length(external_reference) between 1 and 100),
  youth_id uuid, -- who it is, once accepted
  status_reason text check (length(status_reason) between 1 and 500),
  answered_at timestamptz,
  closed_at timestamptz,
  primary key (municipality, id),
  constraint incoming_referrals_youth_id_fkey foreign key (municipality, youth_id) references base.youths (municipality, id),
  constraint incoming_decline_without_reason check (status <> 'declined' or status_reason is not null)
);
select base.guard('incoming_referrals', 'configuration');
