-- An organisation's copy of everything is its representative's to ask for, and nobody's whom they let act.
ALTER POLICY own ON privacy.exports USING (
    person_id = db.person() OR db.is_system()
    OR (person_id = db.behalf() AND identity.represents(person_id)));
ALTER POLICY ask ON privacy.exports WITH CHECK (
    person_id = db.person() OR db.is_system()
    OR (person_id = db.behalf() AND identity.represents(person_id)));
ALTER POLICY make_and_fetch ON privacy.exports USING (
    person_id = db.person() OR db.is_system()
    OR (person_id = db.behalf() AND identity.represents(person_id)));
