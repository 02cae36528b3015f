CREATE TABLE "upload_chunk" (
	"upload_id" text NOT NULL,
	"position" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "upload_chunk_upload_id_position_pk" PRIMARY KEY("upload_id","position")
);
--> statement-breakpoint
ALTER TABLE "draft" ADD COLUMN "changed_elsewhere" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "files" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "copy_uid" bigint;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "verify_copy_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "upload" ADD COLUMN "sha256" "bytea";--> statement-breakpoint
ALTER TABLE "upload_chunk" ADD CONSTRAINT "upload_chunk_upload_id_upload_id_fk" FOREIGN KEY ("upload_id") REFERENCES "public"."upload"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "outbox_verify" ON "outbox" USING btree ("connection_id","verify_copy_at") WHERE "outbox"."verify_copy_at" is not null;--> statement-breakpoint
ALTER TABLE "upload_chunk" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;--> statement-breakpoint
INSERT INTO "upload_chunk" ("upload_id", "position", "bytes")
	SELECT "id", "position", substring("content" FROM "position" * 262144 + 1 FOR 262144) FROM "upload"
	CROSS JOIN LATERAL generate_series(0, (length("content") + 262143) / 262144 - 1) AS "pieces"("position");--> statement-breakpoint
UPDATE "upload" SET "sha256" = sha256("content");--> statement-breakpoint
ALTER TABLE "upload" DROP COLUMN "content";