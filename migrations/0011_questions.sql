-- Questions of an event.
select;
