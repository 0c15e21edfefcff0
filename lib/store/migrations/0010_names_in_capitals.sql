-- "Zoë" and "ZOË" are one nickname. Where an organisation has both, the later person's gets a number.

ALTER TABLE persons ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
UPDATE persons SET name_key = lectern_name_key(nickname);
CREATE INDEX persons_before ON persons(organisation_id, name_key);
UPDATE persons SET nickname = nickname || ' ' || id, name_key = name_key || ' ' || id
WHERE EXISTS (SELECT 1 FROM persons o
              WHERE o.organisation_id = persons.organisation_id AND o.name_key = persons.name_key AND o.id < persons.id);
DROP INDEX persons_before;
DROP INDEX persons_by_nickname;
CREATE UNIQUE INDEX persons_by_name_key ON persons(name_key, organisation_id);
