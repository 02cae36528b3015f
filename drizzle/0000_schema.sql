CREATE TABLE "connection" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "connection_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"user_id" text NOT NULL,
	"email" text NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"provider_id" text DEFAULT 'imap' NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"imap" jsonb NOT NULL,
	"smtp" jsonb NOT NULL,
	"auth_type" text DEFAULT 'password' NOT NULL,
	"imap_secret" text NOT NULL,
	"smtp_secret" text,
	"pins" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"state" text DEFAULT 'syncing' NOT NULL,
	"error" jsonb,
	"paused" boolean DEFAULT false NOT NULL,
	"capabilities" text[] DEFAULT '{}' NOT NULL,
	"learned" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"lease_owner" text,
	"lease_until" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "connection_user_id" UNIQUE("user_id","id")
);
--> statement-breakpoint
CREATE TABLE "identity" (
	"connection_id" integer NOT NULL,
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "identity_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text DEFAULT '' NOT NULL,
	"email" text NOT NULL,
	"signature" text,
	"reply_to" text,
	"bcc_self" boolean DEFAULT false NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	CONSTRAINT "identity_connection_id_id_pk" PRIMARY KEY("connection_id","id")
);
--> statement-breakpoint
CREATE TABLE "label" (
	"connection_id" integer NOT NULL,
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "label_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"color" jsonb,
	"storage" text NOT NULL,
	"keyword" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "label_connection_id_id_pk" PRIMARY KEY("connection_id","id")
);
--> statement-breakpoint
CREATE TABLE "mailbox" (
	"connection_id" integer NOT NULL,
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "mailbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"path" text NOT NULL,
	"delimiter" text,
	"name" text NOT NULL,
	"role" text,
	"attributes" text[] DEFAULT '{}' NOT NULL,
	"subscribed" boolean DEFAULT true NOT NULL,
	"synced" boolean DEFAULT true NOT NULL,
	"object_id" text,
	"uid_validity" bigint,
	"uid_next" bigint,
	"highest_mod_seq" bigint,
	"exists" integer DEFAULT 0 NOT NULL,
	"generation" integer DEFAULT 0 NOT NULL,
	"synced_min_uid" bigint,
	"keywords_allowed" boolean,
	"synced_at" timestamp (3) with time zone,
	"reconciled_at" timestamp (3) with time zone,
	CONSTRAINT "mailbox_connection_id_id_pk" PRIMARY KEY("connection_id","id"),
	CONSTRAINT "mailbox_path" UNIQUE("connection_id","path")
);
--> statement-breakpoint
CREATE TABLE "account" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp (3) with time zone,
	"refresh_token_expires_at" timestamp (3) with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "session" (
	"id" text PRIMARY KEY NOT NULL,
	"token" text NOT NULL,
	"user_id" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "session_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "user" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "user_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "verification" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "draft" (
	"connection_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "draft_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"to" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"cc" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"bcc" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"subject" text DEFAULT '' NOT NULL,
	"html" text DEFAULT '' NOT NULL,
	"attachments" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"thread_id" bigint,
	"in_reply_to" text,
	"references" text[] DEFAULT '{}' NOT NULL,
	"from_email" text,
	"message_id_header" text NOT NULL,
	"message_id" bigint,
	"revision" integer DEFAULT 1 NOT NULL,
	"pushed_revision" integer DEFAULT 0 NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "draft_connection_id_id_pk" PRIMARY KEY("connection_id","id")
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"connection_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"state" text NOT NULL,
	"step" text DEFAULT 'none' NOT NULL,
	"mime" "bytea" NOT NULL,
	"mail_from" text NOT NULL,
	"recipients" jsonb NOT NULL,
	"to" jsonb NOT NULL,
	"cc" jsonb NOT NULL,
	"bcc" jsonb NOT NULL,
	"subject" text NOT NULL,
	"message_id_header" text NOT NULL,
	"message_id" bigint,
	"parent_id" bigint,
	"parent_mark" text,
	"draft_id" bigint,
	"idempotency_key" text,
	"send_at" timestamp (3) with time zone,
	"next_attempt_at" timestamp (3) with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"sent_copy_filed" boolean DEFAULT false NOT NULL,
	"error" jsonb,
	"submitted_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "outbox_connection_id_id_pk" PRIMARY KEY("connection_id","id")
);
--> statement-breakpoint
CREATE TABLE "upload" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"size" integer NOT NULL,
	"content" "bytea" NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "body" (
	"connection_id" integer NOT NULL,
	"message_id" bigint NOT NULL,
	"html" text NOT NULL,
	"text" text NOT NULL,
	"authentication" jsonb,
	"bytes" integer NOT NULL,
	"fetched_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"used_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "body_connection_id_message_id_pk" PRIMARY KEY("connection_id","message_id")
);
--> statement-breakpoint
CREATE TABLE "list_counter" (
	"connection_id" integer NOT NULL,
	"list" text NOT NULL,
	"total" integer DEFAULT 0 NOT NULL,
	"unread" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "list_counter_connection_id_list_pk" PRIMARY KEY("connection_id","list")
);
--> statement-breakpoint
CREATE TABLE "message" (
	"connection_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "message_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"thread_id" bigint NOT NULL,
	"fingerprint" "bytea" NOT NULL,
	"ordinal" smallint DEFAULT 0 NOT NULL,
	"email_id" text,
	"message_id" text,
	"in_reply_to" text,
	"references" text[] DEFAULT '{}' NOT NULL,
	"addresses" jsonb NOT NULL,
	"subject" text NOT NULL,
	"date" timestamp (3) with time zone,
	"received_at" timestamp (3) with time zone NOT NULL,
	"size" integer NOT NULL,
	"structure" jsonb,
	"has_attachments" boolean DEFAULT false NOT NULL,
	"snippet" text,
	"extras" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"is_own" boolean DEFAULT false NOT NULL,
	"orphaned_at" timestamp (3) with time zone,
	CONSTRAINT "message_connection_id_id_pk" PRIMARY KEY("connection_id","id")
);
--> statement-breakpoint
CREATE TABLE "message_label" (
	"connection_id" integer NOT NULL,
	"message_id" bigint NOT NULL,
	"label_id" integer NOT NULL,
	CONSTRAINT "message_label_connection_id_message_id_label_id_pk" PRIMARY KEY("connection_id","message_id","label_id")
);
--> statement-breakpoint
CREATE TABLE "message_ref" (
	"connection_id" integer NOT NULL,
	"key" bigint NOT NULL,
	"thread_id" bigint NOT NULL,
	CONSTRAINT "message_ref_connection_id_key_pk" PRIMARY KEY("connection_id","key")
);
--> statement-breakpoint
CREATE TABLE "message_search" (
	"connection_id" integer NOT NULL,
	"message_id" bigint NOT NULL,
	"words" "tsvector" NOT NULL,
	"body_indexed" boolean DEFAULT false NOT NULL,
	CONSTRAINT "message_search_connection_id_message_id_pk" PRIMARY KEY("connection_id","message_id")
);
--> statement-breakpoint
CREATE TABLE "placement" (
	"connection_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "placement_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"mailbox_id" integer NOT NULL,
	"uid" bigint,
	"message_id" bigint NOT NULL,
	"flags" smallint DEFAULT 0 NOT NULL,
	"keywords" text[] DEFAULT '{}' NOT NULL,
	"mod_seq" bigint,
	"state" text DEFAULT 'present' NOT NULL,
	"operation_id" bigint,
	CONSTRAINT "placement_connection_id_id_pk" PRIMARY KEY("connection_id","id")
);
--> statement-breakpoint
CREATE TABLE "thread" (
	"connection_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "thread_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"subject" text DEFAULT '' NOT NULL,
	"snippet" text DEFAULT '' NOT NULL,
	"senders" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"message_count" integer DEFAULT 0 NOT NULL,
	"unread_count" integer DEFAULT 0 NOT NULL,
	"starred" boolean DEFAULT false NOT NULL,
	"important" boolean DEFAULT false NOT NULL,
	"has_attachments" boolean DEFAULT false NOT NULL,
	"label_ids" integer[] DEFAULT '{}' NOT NULL,
	"newest_at" timestamp (3) with time zone,
	"muted" boolean DEFAULT false NOT NULL,
	"snoozed_until" timestamp (3) with time zone,
	CONSTRAINT "thread_connection_id_id_pk" PRIMARY KEY("connection_id","id")
);
--> statement-breakpoint
CREATE TABLE "thread_alias" (
	"connection_id" integer NOT NULL,
	"old_id" bigint NOT NULL,
	"into_id" bigint NOT NULL,
	CONSTRAINT "thread_alias_connection_id_old_id_pk" PRIMARY KEY("connection_id","old_id")
);
--> statement-breakpoint
CREATE TABLE "thread_list" (
	"connection_id" integer NOT NULL,
	"list" text NOT NULL,
	"thread_id" bigint NOT NULL,
	"newest_at" timestamp (3) with time zone NOT NULL,
	"total" integer NOT NULL,
	"unread" integer NOT NULL,
	CONSTRAINT "thread_list_connection_id_list_thread_id_pk" PRIMARY KEY("connection_id","list","thread_id")
);
--> statement-breakpoint
CREATE TABLE "operation" (
	"connection_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "operation_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"payload" jsonb NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"undo_token" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"not_before" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"error" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "operation_connection_id_id_pk" PRIMARY KEY("connection_id","id")
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"user_id" text,
	"connection_id" integer,
	"event" text NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"ip" text
);
--> statement-breakpoint
CREATE TABLE "contact" (
	"connection_id" integer NOT NULL,
	"email" text NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"sent" integer DEFAULT 0 NOT NULL,
	"received" integer DEFAULT 0 NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "contact_connection_id_email_pk" PRIMARY KEY("connection_id","email")
);
--> statement-breakpoint
CREATE TABLE "invite" (
	"token" text PRIMARY KEY NOT NULL,
	"email" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "rate_limit" (
	"key" text NOT NULL,
	"window_start" timestamp (3) with time zone NOT NULL,
	"hits" integer NOT NULL,
	CONSTRAINT "rate_limit_key_window_start_pk" PRIMARY KEY("key","window_start")
);
--> statement-breakpoint
CREATE TABLE "user_settings" (
	"user_id" text PRIMARY KEY NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"shortcuts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "connection" ADD CONSTRAINT "connection_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity" ADD CONSTRAINT "identity_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "label" ADD CONSTRAINT "label_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mailbox" ADD CONSTRAINT "mailbox_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "draft" ADD CONSTRAINT "draft_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upload" ADD CONSTRAINT "upload_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "body" ADD CONSTRAINT "body_connection_id_message_id_message_connection_id_id_fk" FOREIGN KEY ("connection_id","message_id") REFERENCES "public"."message"("connection_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "list_counter" ADD CONSTRAINT "list_counter_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message" ADD CONSTRAINT "message_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_label" ADD CONSTRAINT "message_label_connection_id_label_id_label_connection_id_id_fk" FOREIGN KEY ("connection_id","label_id") REFERENCES "public"."label"("connection_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_label" ADD CONSTRAINT "message_label_connection_id_message_id_message_connection_id_id_fk" FOREIGN KEY ("connection_id","message_id") REFERENCES "public"."message"("connection_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_ref" ADD CONSTRAINT "message_ref_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_search" ADD CONSTRAINT "message_search_connection_id_message_id_message_connection_id_id_fk" FOREIGN KEY ("connection_id","message_id") REFERENCES "public"."message"("connection_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "placement" ADD CONSTRAINT "placement_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "thread" ADD CONSTRAINT "thread_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "thread_alias" ADD CONSTRAINT "thread_alias_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "thread_list" ADD CONSTRAINT "thread_list_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "operation" ADD CONSTRAINT "operation_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contact" ADD CONSTRAINT "contact_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_settings" ADD CONSTRAINT "user_settings_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "connection_one_default" ON "connection" USING btree ("user_id") WHERE "connection"."is_default";--> statement-breakpoint
CREATE INDEX "identity_email" ON "identity" USING btree ("connection_id","email");--> statement-breakpoint
CREATE UNIQUE INDEX "label_keyword" ON "label" USING btree ("connection_id",lower("keyword"));--> statement-breakpoint
CREATE UNIQUE INDEX "label_name" ON "label" USING btree ("connection_id",lower("name"));--> statement-breakpoint
CREATE INDEX "account_user" ON "account" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "session_user" ON "session" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "draft_dirty" ON "draft" USING btree ("connection_id") WHERE "draft"."pushed_revision" < "draft"."revision" or "draft"."deleted_at" is not null;--> statement-breakpoint
CREATE INDEX "draft_message" ON "draft" USING btree ("connection_id","message_id");--> statement-breakpoint
CREATE UNIQUE INDEX "outbox_idempotency" ON "outbox" USING btree ("connection_id","idempotency_key") WHERE "outbox"."idempotency_key" is not null;--> statement-breakpoint
CREATE INDEX "outbox_due" ON "outbox" USING btree ("next_attempt_at") WHERE "outbox"."state" in ('scheduled', 'queued', 'sending', 'uncertain') or not "outbox"."sent_copy_filed";--> statement-breakpoint
CREATE INDEX "upload_user" ON "upload" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "upload_expiry" ON "upload" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "body_used" ON "body" USING btree ("connection_id","used_at");--> statement-breakpoint
CREATE UNIQUE INDEX "message_fingerprint" ON "message" USING btree ("connection_id","fingerprint","ordinal");--> statement-breakpoint
CREATE INDEX "message_thread" ON "message" USING btree ("connection_id","thread_id");--> statement-breakpoint
CREATE INDEX "message_email_id" ON "message" USING btree ("connection_id","email_id") WHERE "message"."email_id" is not null;--> statement-breakpoint
CREATE INDEX "message_message_id" ON "message" USING btree ("connection_id","message_id");--> statement-breakpoint
CREATE INDEX "message_orphan" ON "message" USING btree ("connection_id","orphaned_at") WHERE "message"."orphaned_at" is not null;--> statement-breakpoint
CREATE INDEX "message_label_label" ON "message_label" USING btree ("connection_id","label_id");--> statement-breakpoint
CREATE INDEX "message_search_words" ON "message_search" USING gin ("words");--> statement-breakpoint
CREATE INDEX "message_search_todo" ON "message_search" USING btree ("connection_id","message_id") WHERE not "message_search"."body_indexed";--> statement-breakpoint
CREATE INDEX "placement_operation" ON "placement" USING btree ("connection_id","operation_id") WHERE "placement"."operation_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "placement_uid" ON "placement" USING btree ("connection_id","mailbox_id","uid");--> statement-breakpoint
CREATE INDEX "placement_message" ON "placement" USING btree ("connection_id","message_id");--> statement-breakpoint
CREATE INDEX "thread_snoozed" ON "thread" USING btree ("snoozed_until") WHERE "thread"."snoozed_until" is not null;--> statement-breakpoint
CREATE INDEX "thread_alias_into" ON "thread_alias" USING btree ("connection_id","into_id");--> statement-breakpoint
CREATE INDEX "thread_list_page" ON "thread_list" USING btree ("connection_id","list","newest_at" DESC NULLS LAST,"thread_id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "thread_list_thread" ON "thread_list" USING btree ("connection_id","thread_id");--> statement-breakpoint
CREATE INDEX "operation_open" ON "operation" USING btree ("connection_id","id") WHERE "operation"."state" in ('pending', 'running');--> statement-breakpoint
CREATE INDEX "operation_undo" ON "operation" USING btree ("undo_token") WHERE "operation"."undo_token" is not null;--> statement-breakpoint
CREATE INDEX "audit_log_user" ON "audit_log" USING btree ("user_id","at");--> statement-breakpoint
CREATE INDEX "rate_limit_window" ON "rate_limit" USING btree ("window_start");