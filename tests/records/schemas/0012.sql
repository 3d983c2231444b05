BEGIN TRANSACTION;
CREATE TABLE account (
	person_id INTEGER NOT NULL, 
	username VARCHAR(100) NOT NULL, 
	set_at DATETIME NOT NULL, 
	must_change BOOLEAN NOT NULL, 
	CONSTRAINT pk_account PRIMARY KEY (person_id), 
	CONSTRAINT fk_account_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE TABLE account_link (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	purpose VARCHAR(8) NOT NULL, 
	token_hash VARCHAR(64) NOT NULL, 
	made_by VARCHAR(100) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	ended_at DATETIME, 
	CONSTRAINT pk_account_link PRIMARY KEY (id), 
	CONSTRAINT fk_account_link_person_id FOREIGN KEY(person_id) REFERENCES person (id), 
	CONSTRAINT uq_account_link_token_hash UNIQUE (token_hash)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0012');
CREATE TABLE attendance (
	meeting_id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	way VARCHAR(8) NOT NULL, 
	recorded_by VARCHAR(100) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_attendance PRIMARY KEY (meeting_id, person_id), 
	CONSTRAINT fk_attendance_meeting_id FOREIGN KEY(meeting_id) REFERENCES meeting (id), 
	CONSTRAINT fk_attendance_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor VARCHAR(100) NOT NULL, 
	action VARCHAR(64) NOT NULL, 
	subject VARCHAR(200) NOT NULL, 
	detail JSON NOT NULL, 
	previous_hash VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (id), 
	CONSTRAINT uq_audit_hash UNIQUE (hash), 
	CONSTRAINT uq_audit_previous_hash UNIQUE (previous_hash)
);
CREATE TABLE "certificate" (
	number VARCHAR(32) NOT NULL, 
	person_id INTEGER NOT NULL, 
	programme VARCHAR(64) NOT NULL, 
	full_name VARCHAR(200) NOT NULL, 
	unit_id INTEGER, 
	audience_group VARCHAR(4), 
	points DOUBLE NOT NULL, 
	max_points DOUBLE NOT NULL, 
	framework VARCHAR(32) NOT NULL, 
	issued_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	revoked_reason TEXT, 
	corrected_at DATETIME, 
	replaced_by VARCHAR(32), 
	name_folded VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_certificate PRIMARY KEY (number), 
	CONSTRAINT fk_certificate_unit_id FOREIGN KEY(unit_id) REFERENCES unit (id), 
	CONSTRAINT fk_certificate_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE TABLE certificate_paper (
	sha256 VARCHAR(64) NOT NULL, 
	number VARCHAR(32) NOT NULL, 
	person_id INTEGER NOT NULL, 
	content BLOB, 
	printed_at DATETIME NOT NULL, 
	superseded_at DATETIME, 
	CONSTRAINT pk_certificate_paper PRIMARY KEY (sha256), 
	CONSTRAINT fk_certificate_paper_number FOREIGN KEY(number) REFERENCES certificate (number), 
	CONSTRAINT fk_certificate_paper_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE TABLE counter (
	name VARCHAR(100) NOT NULL, 
	value BIGINT NOT NULL, 
	CONSTRAINT pk_counter PRIMARY KEY (name)
);
CREATE TABLE data_request (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	body TEXT NOT NULL, 
	asked_at DATETIME NOT NULL, 
	due_at DATETIME NOT NULL, 
	answer VARCHAR(8) NOT NULL, 
	words TEXT NOT NULL, 
	answered_by VARCHAR(100), 
	answered_at DATETIME, 
	CONSTRAINT pk_data_request PRIMARY KEY (id), 
	CONSTRAINT ck_data_request_kind CHECK (kind IN ('correction','erasure','other')), 
	CONSTRAINT ck_data_request_answer CHECK (answer IN ('','done','refused')), 
	CONSTRAINT fk_data_request_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE TABLE draft (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	release_id INTEGER NOT NULL, 
	lesson VARCHAR(64) NOT NULL, 
	notebook BLOB NOT NULL, 
	revision INTEGER NOT NULL, 
	opened_at DATETIME NOT NULL, 
	saved_at DATETIME NOT NULL, 
	CONSTRAINT pk_draft PRIMARY KEY (id), 
	CONSTRAINT fk_draft_person_id FOREIGN KEY(person_id) REFERENCES person (id), 
	CONSTRAINT fk_draft_release_id FOREIGN KEY(release_id) REFERENCES release (id), 
	CONSTRAINT uq_draft_person_id_release_id_lesson UNIQUE (person_id, release_id, lesson)
);
CREATE TABLE enrolment (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	course VARCHAR(64) NOT NULL, 
	release_id INTEGER NOT NULL, 
	seed BIGINT NOT NULL, 
	began_at DATETIME NOT NULL, 
	completed_at DATETIME, 
	CONSTRAINT pk_enrolment PRIMARY KEY (id), 
	CONSTRAINT fk_enrolment_person_id FOREIGN KEY(person_id) REFERENCES person (id), 
	CONSTRAINT fk_enrolment_release_id FOREIGN KEY(release_id) REFERENCES release (id), 
	CONSTRAINT uq_enrolment_person_id_course UNIQUE (person_id, course)
);
CREATE TABLE erasure (
	person_id INTEGER NOT NULL, 
	username VARCHAR(100), 
	asked_at DATETIME NOT NULL, 
	done_at DATETIME, 
	CONSTRAINT pk_erasure PRIMARY KEY (person_id), 
	CONSTRAINT fk_erasure_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE TABLE evidence (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	framework VARCHAR(32) NOT NULL, 
	competence VARCHAR(8) NOT NULL, 
	level INTEGER NOT NULL, 
	share DOUBLE NOT NULL, 
	submission_id INTEGER NOT NULL, 
	grade_id VARCHAR(100) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_evidence PRIMARY KEY (id), 
	CONSTRAINT fk_evidence_person_id FOREIGN KEY(person_id) REFERENCES person (id), 
	CONSTRAINT fk_evidence_submission_id FOREIGN KEY(submission_id) REFERENCES submission (id), 
	CONSTRAINT uq_evidence_submission_id_grade_id UNIQUE (submission_id, grade_id)
);
CREATE TABLE exercise_marks (
	submission_id INTEGER NOT NULL, 
	grade_id VARCHAR(100) NOT NULL, 
	points DOUBLE NOT NULL, 
	max_points DOUBLE NOT NULL, 
	feedback TEXT, 
	needs_review BOOLEAN NOT NULL, note TEXT, other_points DOUBLE, 
	CONSTRAINT pk_exercise_marks PRIMARY KEY (submission_id, grade_id), 
	CONSTRAINT fk_exercise_marks_submission_id FOREIGN KEY(submission_id) REFERENCES submission (id)
);
CREATE TABLE former_name (
	id INTEGER NOT NULL, 
	unit_id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	until_on DATE NOT NULL, 
	CONSTRAINT pk_former_name PRIMARY KEY (id), 
	CONSTRAINT fk_former_name_unit_id FOREIGN KEY(unit_id) REFERENCES unit (id)
);
CREATE TABLE installation (
	id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	decided_at DATETIME NOT NULL, 
	CONSTRAINT pk_installation PRIMARY KEY (id)
);
CREATE TABLE login_name (
	fingerprint VARCHAR(64) NOT NULL, 
	person_id INTEGER NOT NULL, 
	subject VARCHAR(64), 
	CONSTRAINT pk_login_name PRIMARY KEY (fingerprint), 
	CONSTRAINT fk_login_name_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE TABLE look (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	looker_id INTEGER NOT NULL, 
	what VARCHAR(16) NOT NULL, 
	purpose VARCHAR(200) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_look PRIMARY KEY (id), 
	CONSTRAINT fk_look_person_id FOREIGN KEY(person_id) REFERENCES person (id), 
	CONSTRAINT fk_look_looker_id FOREIGN KEY(looker_id) REFERENCES person (id)
);
CREATE TABLE mail_refused (
	person_id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_mail_refused PRIMARY KEY (person_id, kind), 
	CONSTRAINT fk_mail_refused_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE TABLE meeting (
	id INTEGER NOT NULL, 
	course VARCHAR(64) NOT NULL, 
	lesson VARCHAR(64) NOT NULL, 
	place VARCHAR(200) NOT NULL, 
	starts_at DATETIME NOT NULL, 
	ends_at DATETIME NOT NULL, 
	secret BLOB NOT NULL, 
	called_by VARCHAR(100) NOT NULL, 
	CONSTRAINT pk_meeting PRIMARY KEY (id)
);
CREATE TABLE notice (
	id INTEGER NOT NULL, 
	course VARCHAR(64), 
	unit_id INTEGER, 
	title VARCHAR(200) NOT NULL, 
	body TEXT NOT NULL, 
	sent_by VARCHAR(100) NOT NULL, 
	sent_at DATETIME NOT NULL, 
	CONSTRAINT pk_notice PRIMARY KEY (id), 
	CONSTRAINT fk_notice_unit_id FOREIGN KEY(unit_id) REFERENCES unit (id)
);
CREATE TABLE notice_read (
	notice_id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_notice_read PRIMARY KEY (notice_id, person_id), 
	CONSTRAINT fk_notice_read_notice_id FOREIGN KEY(notice_id) REFERENCES notice (id), 
	CONSTRAINT fk_notice_read_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE TABLE outbox (
	id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	person_id INTEGER NOT NULL, 
	address VARCHAR(200) NOT NULL, 
	facts JSON, 
	once VARCHAR(120), 
	created_at DATETIME NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	tries INTEGER NOT NULL, 
	next_at DATETIME NOT NULL, 
	done_at DATETIME, 
	why TEXT, 
	CONSTRAINT pk_outbox PRIMARY KEY (id), 
	CONSTRAINT fk_outbox_person_id FOREIGN KEY(person_id) REFERENCES person (id), 
	CONSTRAINT uq_outbox_once UNIQUE (once)
);
CREATE TABLE "person" (
	id INTEGER NOT NULL, 
	username VARCHAR(100), 
	code VARCHAR(32), 
	full_name VARCHAR(200) NOT NULL, 
	email VARCHAR(200), 
	position VARCHAR(200), 
	audience_group VARCHAR(4), 
	unit_id INTEGER, 
	language VARCHAR(8) NOT NULL, 
	created_at DATETIME NOT NULL, 
	erased_at DATETIME, 
	name_key VARCHAR(366) NOT NULL, 
	name_folded VARCHAR(200) NOT NULL, 
	made_up BOOLEAN NOT NULL, 
	left_at DATETIME, 
	merged_into INTEGER, 
	CONSTRAINT pk_person PRIMARY KEY (id), 
	CONSTRAINT uq_person_username UNIQUE (username), 
	CONSTRAINT uq_person_code UNIQUE (code), 
	CONSTRAINT fk_person_unit_id FOREIGN KEY(unit_id) REFERENCES unit (id), 
	CONSTRAINT fk_person_merged_into FOREIGN KEY(merged_into) REFERENCES person (id)
);
CREATE TABLE post_change (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	from_unit_id INTEGER, 
	to_unit_id INTEGER, 
	on_day DATE NOT NULL, 
	reason TEXT NOT NULL, 
	recorded_by VARCHAR(100) NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	CONSTRAINT pk_post_change PRIMARY KEY (id), 
	CONSTRAINT ck_post_change_kind CHECK (kind IN ('transfer','leave','return')), 
	CONSTRAINT fk_post_change_person_id FOREIGN KEY(person_id) REFERENCES person (id), 
	CONSTRAINT fk_post_change_from_unit_id FOREIGN KEY(from_unit_id) REFERENCES unit (id), 
	CONSTRAINT fk_post_change_to_unit_id FOREIGN KEY(to_unit_id) REFERENCES unit (id)
);
CREATE TABLE progress (
	person_id INTEGER NOT NULL, 
	course VARCHAR(64) NOT NULL, 
	lesson VARCHAR(64) NOT NULL, 
	points DOUBLE NOT NULL, 
	max_points DOUBLE NOT NULL, 
	submission_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_progress PRIMARY KEY (person_id, course, lesson), 
	CONSTRAINT fk_progress_person_id FOREIGN KEY(person_id) REFERENCES person (id), 
	CONSTRAINT fk_progress_submission_id FOREIGN KEY(submission_id) REFERENCES submission (id)
);
CREATE TABLE release (
	id INTEGER NOT NULL, 
	programme VARCHAR(64) NOT NULL, 
	course VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	manifest JSON NOT NULL, 
	published_at DATETIME NOT NULL, 
	published_by VARCHAR(100) NOT NULL, 
	CONSTRAINT pk_release PRIMARY KEY (id), 
	CONSTRAINT uq_release_course_digest UNIQUE (course, digest), 
	CONSTRAINT uq_release_course_number UNIQUE (course, number)
);
CREATE TABLE release_file (
	id INTEGER NOT NULL, 
	release_id INTEGER NOT NULL, 
	side VARCHAR(8) NOT NULL, 
	path VARCHAR(300) NOT NULL, 
	content BLOB NOT NULL, 
	CONSTRAINT pk_release_file PRIMARY KEY (id), 
	CONSTRAINT fk_release_file_release_id FOREIGN KEY(release_id) REFERENCES release (id), 
	CONSTRAINT uq_release_file_release_id_side_path UNIQUE (release_id, side, path)
);
CREATE TABLE remark (
	id INTEGER NOT NULL, 
	course VARCHAR(64) NOT NULL, 
	lesson VARCHAR(64) NOT NULL, 
	release_id INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	begun_by VARCHAR(100) NOT NULL, 
	begun_at DATETIME NOT NULL, 
	ended_by VARCHAR(100), 
	ended_at DATETIME, 
	CONSTRAINT pk_remark PRIMARY KEY (id), 
	CONSTRAINT ck_remark_state CHECK (state IN ('counting','ready','applied','withdrawn')), 
	CONSTRAINT fk_remark_release_id FOREIGN KEY(release_id) REFERENCES release (id)
);
CREATE TABLE remarked_submission (
	remark_id INTEGER NOT NULL, 
	submission_id INTEGER NOT NULL, 
	old_points DOUBLE NOT NULL, 
	new_points DOUBLE NOT NULL, 
	max_points DOUBLE NOT NULL, 
	marks JSON NOT NULL, 
	applied BOOLEAN NOT NULL, 
	CONSTRAINT pk_remarked_submission PRIMARY KEY (remark_id, submission_id), 
	CONSTRAINT fk_remarked_submission_remark_id FOREIGN KEY(remark_id) REFERENCES remark (id), 
	CONSTRAINT fk_remarked_submission_submission_id FOREIGN KEY(submission_id) REFERENCES submission (id)
);
CREATE TABLE requirement (
	id INTEGER NOT NULL, 
	programme VARCHAR(64) NOT NULL, 
	course VARCHAR(64) NOT NULL, 
	from_at DATETIME NOT NULL, 
	until_at DATETIME, 
	source TEXT NOT NULL, 
	decided_by VARCHAR(100) NOT NULL, 
	decided_at DATETIME NOT NULL, 
	CONSTRAINT pk_requirement PRIMARY KEY (id), 
	CONSTRAINT uq_requirement_programme_course_from_at UNIQUE (programme, course, from_at)
);
CREATE TABLE review (
	submission_id INTEGER NOT NULL, 
	grade_id VARCHAR(100) NOT NULL, 
	marker_id INTEGER NOT NULL, 
	points DOUBLE NOT NULL, 
	comment TEXT NOT NULL, 
	at DATETIME NOT NULL, picks JSON, 
	CONSTRAINT pk_review PRIMARY KEY (submission_id, grade_id, marker_id), 
	CONSTRAINT fk_review_marker_id FOREIGN KEY(marker_id) REFERENCES person (id), 
	CONSTRAINT fk_review_submission_id FOREIGN KEY(submission_id) REFERENCES submission (id)
);
CREATE TABLE role_grant (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	role VARCHAR(24) NOT NULL, 
	unit_id INTEGER, starts_on DATE, ends_on DATE, 
	CONSTRAINT pk_role_grant PRIMARY KEY (id), 
	CONSTRAINT fk_role_grant_person_id FOREIGN KEY(person_id) REFERENCES person (id), 
	CONSTRAINT fk_role_grant_unit_id FOREIGN KEY(unit_id) REFERENCES unit (id), 
	CONSTRAINT uq_role_grant_person_id_role_unit_id UNIQUE (person_id, role, unit_id)
);
CREATE TABLE submission (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	release_id INTEGER NOT NULL, 
	lesson VARCHAR(64) NOT NULL, 
	notebook BLOB NOT NULL, 
	submitted_at DATETIME NOT NULL, 
	late BOOLEAN NOT NULL, 
	device VARCHAR(32), 
	state VARCHAR(8) NOT NULL, 
	priority INTEGER NOT NULL, 
	tries INTEGER NOT NULL, 
	claimed_by VARCHAR(100), 
	lease_until DATETIME, 
	retry_at DATETIME, 
	marked_at DATETIME, 
	failure TEXT, 
	outcome VARCHAR(12), 
	points DOUBLE, 
	max_points DOUBLE, 
	mode VARCHAR(12), 
	reason JSON, 
	seed BIGINT, second_look_at DATETIME, 
	CONSTRAINT pk_submission PRIMARY KEY (id), 
	CONSTRAINT ck_submission_state CHECK (state IN ('queued','claimed','marked','dead')), 
	CONSTRAINT fk_submission_person_id FOREIGN KEY(person_id) REFERENCES person (id), 
	CONSTRAINT fk_submission_release_id FOREIGN KEY(release_id) REFERENCES release (id)
);
CREATE TABLE target (
	id INTEGER NOT NULL, 
	programme VARCHAR(64) NOT NULL, 
	"key" VARCHAR(32) NOT NULL, 
	unit_id INTEGER, 
	amount INTEGER NOT NULL, 
	deadline_on DATE, 
	source TEXT NOT NULL, 
	CONSTRAINT pk_target PRIMARY KEY (id), 
	CONSTRAINT fk_target_unit_id FOREIGN KEY(unit_id) REFERENCES unit (id), 
	CONSTRAINT uq_target_programme_key_unit_id UNIQUE (programme, "key", unit_id)
);
CREATE TABLE terms (
	course VARCHAR(64) NOT NULL, 
	lesson VARCHAR(64) NOT NULL, 
	closes_at DATETIME, 
	attempts INTEGER, 
	CONSTRAINT pk_terms PRIMARY KEY (course, lesson)
);
CREATE TABLE time_at_exercise (
	person_id INTEGER NOT NULL, 
	release_id INTEGER NOT NULL, 
	lesson VARCHAR(64) NOT NULL, 
	grade_id VARCHAR(100) NOT NULL, 
	seconds INTEGER NOT NULL, 
	CONSTRAINT pk_time_at_exercise PRIMARY KEY (person_id, release_id, lesson, grade_id), 
	CONSTRAINT fk_time_at_exercise_person_id FOREIGN KEY(person_id) REFERENCES person (id), 
	CONSTRAINT fk_time_at_exercise_release_id FOREIGN KEY(release_id) REFERENCES release (id)
);
CREATE TABLE unit (
	id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	vintage VARCHAR(8) NOT NULL, 
	code VARCHAR(32) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	parent_id INTEGER, 
	successor_id INTEGER, 
	valid_from DATE, 
	valid_to DATE, 
	CONSTRAINT pk_unit PRIMARY KEY (id), 
	CONSTRAINT fk_unit_parent_id FOREIGN KEY(parent_id) REFERENCES unit (id), 
	CONSTRAINT fk_unit_successor_id FOREIGN KEY(successor_id) REFERENCES unit (id), 
	CONSTRAINT uq_unit_kind_vintage_code UNIQUE (kind, vintage, code)
);
CREATE TABLE unsettled (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	course VARCHAR(64) NOT NULL, 
	submission_id INTEGER, 
	why TEXT NOT NULL, 
	broke_at DATETIME NOT NULL, 
	tries INTEGER NOT NULL, 
	next_at DATETIME NOT NULL, 
	CONSTRAINT pk_unsettled PRIMARY KEY (id), 
	CONSTRAINT fk_unsettled_person_id FOREIGN KEY(person_id) REFERENCES person (id), 
	CONSTRAINT fk_unsettled_submission_id FOREIGN KEY(submission_id) REFERENCES submission (id)
);
CREATE INDEX ix_audit_action ON audit (action);
CREATE INDEX ix_audit_subject ON audit (subject);
CREATE INDEX ix_meeting_course ON meeting (course);
CREATE INDEX ix_release_programme ON release (programme);
CREATE INDEX ix_unit_parent_id ON unit (parent_id);
CREATE INDEX ix_unit_successor_id ON unit (successor_id);
CREATE INDEX ix_notice_course ON notice (course);
CREATE INDEX ix_remark_state ON remark (state);
CREATE UNIQUE INDEX uq_target_without_unit ON target (programme, "key") WHERE unit_id IS NULL;
CREATE INDEX ix_attendance_person_id ON attendance (person_id);
CREATE INDEX ix_enrolment_course ON enrolment (course);
CREATE INDEX ix_role_grant_person_id ON role_grant (person_id);
CREATE UNIQUE INDEX uq_role_grant_without_unit ON role_grant (person_id, role) WHERE unit_id IS NULL;
CREATE INDEX ix_submission_person ON submission (person_id, release_id, lesson);
CREATE INDEX ix_submission_person_state ON submission (person_id, state);
CREATE INDEX ix_submission_waiting ON submission (state, priority, id);
CREATE INDEX ix_evidence_person ON evidence (person_id, competence);
CREATE UNIQUE INDEX uq_submission_claimed ON submission (person_id) WHERE state = 'claimed';
CREATE INDEX ix_login_name_person_id ON login_name (person_id);
CREATE INDEX ix_certificate_paper_number ON certificate_paper (number);
CREATE INDEX ix_certificate_paper_person_id ON certificate_paper (person_id);
CREATE UNIQUE INDEX uq_certificate_not_replaced ON certificate (person_id, programme) WHERE replaced_by IS NULL;
CREATE INDEX ix_certificate_counted ON certificate (programme, unit_id, audience_group);
CREATE INDEX ix_submission_second_look ON submission (second_look_at) WHERE second_look_at IS NOT NULL;
CREATE INDEX ix_unsettled_next_at ON unsettled (next_at);
CREATE INDEX ix_former_name_unit_id ON former_name (unit_id);
CREATE INDEX ix_account_link_person_id ON account_link (person_id);
CREATE INDEX ix_outbox_state_next_at ON outbox (state, next_at);
CREATE INDEX ix_outbox_done_at ON outbox (done_at);
CREATE INDEX ix_outbox_person_id ON outbox (person_id);
CREATE INDEX ix_person_unit_id ON person (unit_id);
CREATE INDEX ix_person_merged_into ON person (merged_into);
CREATE INDEX ix_post_change_person_id ON post_change (person_id);
CREATE INDEX ix_look_person ON look (person_id, at);
CREATE INDEX ix_look_looker_id ON look (looker_id);
CREATE INDEX ix_data_request_person_id ON data_request (person_id);
CREATE INDEX ix_data_request_answered_at ON data_request (answered_at);
CREATE INDEX ix_erasure_done_at ON erasure (done_at);
COMMIT;
