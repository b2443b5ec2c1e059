-- An answer is read once, if ever: packing it as it is written would be most of its cost.
ALTER TABLE db.answers SET (toast_tuple_target = 8160);
