CREATE TABLE added AS SELECT document FROM allotments;
