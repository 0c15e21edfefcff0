-- The runs of a person, a session or a seat are found without going through all runs of the school.
DROP INDEX runs_by_session;
DROP INDEX runs_by_person;
DROP INDEX runs_by_seat;
CREATE INDEX runs_by_session ON runs(session_id, organisation_id);
CREATE INDEX runs_by_person ON runs(person_id, organisation_id);
CREATE INDEX runs_by_seat ON runs(seat_id, organisation_id);
