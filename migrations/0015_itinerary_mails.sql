-- The one mail of a form that signs up for several events is looked for by the form's key, also while waves fill the line.
create index jobs_programme_mail on jobs ((payload ->> 'key')) where name = 'programme_mail';
