CREATE TABLE "message_snippet" (
	"connection_id" integer NOT NULL,
	"message_id" bigint NOT NULL,
	"snippet" text NOT NULL,
	CONSTRAINT "message_snippet_connection_id_message_id_pk" PRIMARY KEY("connection_id","message_id")
);
--> statement-breakpoint
ALTER TABLE "thread" ADD COLUMN "newest_message_id" bigint;--> statement-breakpoint
ALTER TABLE "message_snippet" ADD CONSTRAINT "message_snippet_connection_id_message_id_message_connection_id_id_fk" FOREIGN KEY ("connection_id","message_id") REFERENCES "public"."message"("connection_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
INSERT INTO "message_snippet" ("connection_id", "message_id", "snippet")
	SELECT "connection_id", "id", "snippet" FROM "message" WHERE "snippet" IS NOT NULL;--> statement-breakpoint
UPDATE "thread" "t" SET "newest_message_id" = "m"."id" FROM (
	SELECT DISTINCT ON ("connection_id", "thread_id") "connection_id", "thread_id", "id" FROM "message"
	WHERE "orphaned_at" IS NULL ORDER BY "connection_id", "thread_id", "received_at" DESC, "id" DESC
) "m" WHERE "m"."connection_id" = "t"."connection_id" AND "m"."thread_id" = "t"."id";--> statement-breakpoint
ALTER TABLE "message" DROP COLUMN "snippet";--> statement-breakpoint
ALTER TABLE "thread" DROP COLUMN "snippet";
