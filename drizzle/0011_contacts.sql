CREATE TABLE "hidden_contact" (
	"user_id" text NOT NULL,
	"email" text NOT NULL,
	CONSTRAINT "hidden_contact_user_id_email_pk" PRIMARY KEY("user_id","email")
);
--> statement-breakpoint
ALTER TABLE "contact" ADD COLUMN "spelling" text;--> statement-breakpoint
ALTER TABLE "contact" ADD COLUMN "words" text DEFAULT '' NOT NULL;--> statement-breakpoint
UPDATE "contact" SET "words" = ' ' || regexp_replace(lower(regexp_replace(normalize("name" || ' ' || "email", NFKD), '[\u0300-\u036f]', '', 'g')), '[^[:alnum:]]+', ' ', 'g') || ' ' || "email";--> statement-breakpoint
ALTER TABLE "contact" ADD COLUMN "rank" double precision GENERATED ALWAYS AS (case when sent > 0 then 1000 else 0 end + ln(1 + sent * 10::float8 + received)
        + extract(epoch from last_at at time zone 'UTC')::float8 / 31536000) STORED;--> statement-breakpoint
ALTER TABLE "hidden_contact" ADD CONSTRAINT "hidden_contact_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "contact_written_to" ON "contact" USING btree ("connection_id",lower("name")) WHERE "contact"."sent" > 0;