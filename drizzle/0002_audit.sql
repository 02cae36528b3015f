ALTER TABLE "connection" ADD COLUMN "audit_due_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "connection" ADD COLUMN "audit" jsonb;