ALTER TABLE "mailbox" ADD COLUMN "label" text;--> statement-breakpoint
ALTER TABLE "placement" ADD COLUMN "covered" boolean DEFAULT false NOT NULL;