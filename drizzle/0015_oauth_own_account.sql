DELETE FROM "oauth_request";
--> statement-breakpoint
ALTER TABLE "oauth_request" DROP CONSTRAINT "oauth_request_connection_id_connection_id_fk";
--> statement-breakpoint
ALTER TABLE "oauth_request" ADD CONSTRAINT "oauth_request_user_id_connection_id_connection_user_id_id_fk" FOREIGN KEY ("user_id","connection_id") REFERENCES "public"."connection"("user_id","id") ON DELETE cascade ON UPDATE no action;