CREATE TABLE "oauth_request" (
	"state" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"nonce" text NOT NULL,
	"verifier" text NOT NULL,
	"email" text,
	"connection_id" integer,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "connection" ADD COLUMN "oauth_provider" text;--> statement-breakpoint
ALTER TABLE "connection" ADD COLUMN "token_claim_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "oauth_request" ADD CONSTRAINT "oauth_request_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oauth_request" ADD CONSTRAINT "oauth_request_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "oauth_request_user" ON "oauth_request" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "oauth_request_connection" ON "oauth_request" USING btree ("connection_id");