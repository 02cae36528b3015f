ALTER TABLE "identity" ADD COLUMN "smtp" jsonb;--> statement-breakpoint
ALTER TABLE "identity" ADD COLUMN "smtp_secret" text;--> statement-breakpoint
ALTER TABLE "identity" ADD COLUMN "smtp_pin" text;--> statement-breakpoint
ALTER TABLE "identity" ADD COLUMN "learned" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "identity" ADD COLUMN "sending_error" jsonb;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "via" jsonb;