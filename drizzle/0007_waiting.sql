CREATE TABLE "reminder" (
	"connection_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "reminder_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"outbox_id" bigint,
	"thread_id" bigint,
	"due_at" timestamp (3) with time zone NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reminder_connection_id_id_pk" PRIMARY KEY("connection_id","id")
);
--> statement-breakpoint
DROP INDEX "thread_snoozed";--> statement-breakpoint
ALTER TABLE "thread" ADD COLUMN "snoozed_in" text;--> statement-breakpoint
ALTER TABLE "thread" ADD COLUMN "surfaced_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "thread" ADD COLUMN "surfaced_by" text;--> statement-breakpoint
ALTER TABLE "thread" ADD COLUMN "surfaced_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "thread" ADD COLUMN "surfaced_alone" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "reminder" ADD CONSTRAINT "reminder_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "reminder_due" ON "reminder" USING btree ("connection_id","due_at");--> statement-breakpoint
CREATE INDEX "reminder_outbox" ON "reminder" USING btree ("connection_id","outbox_id") WHERE "reminder"."outbox_id" is not null;--> statement-breakpoint
CREATE INDEX "thread_snoozed" ON "thread" USING btree ("connection_id","snoozed_until") WHERE "thread"."snoozed_until" is not null;