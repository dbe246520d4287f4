-- Tickets issued again, and passes for wallets.
select;
