ALTER TABLE "connection" ADD COLUMN "sending_error" jsonb;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "dismissed_at" timestamp (3) with time zone;