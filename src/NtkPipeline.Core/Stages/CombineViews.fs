namespace NtkPipeline.Core

/// Stage: several encoders' embeddings and their weights → one embedding, with the encoders side by side: every encoder's rows
/// are brought to norm 1 and multiplied by its weight. An encoder of weight 0 is left out.
[<RequireQualifiedAccess>]
module CombineViews =

    let private run (parts: Embeddings list, facts: CombinationFacts) =
        let kept =
            List.zip parts (List.ofArray facts.Views)
            |> List.choose (fun (part, view) -> if view.Weight > 0.0 then Some(view.Weight, part) else None)

        let join rowsOf =
            kept
            |> List.map (fun (weight, part) -> weight, part |> rowsOf |> Pca.normaliseRows |> fst)
            |> ViewKernel.join

        Ok {
            Encoder = kept |> List.map (fun (_, part) -> part.Encoder) |> String.concat " + "
            Labelled = join _.Labelled
            Test = join _.Test
        }

    let stage: Stage<Embeddings list * CombinationFacts, Embeddings> = {
        Name = "combine-views"
        Version = 1
        Settings = ""
        Codec = EmbedTweets.codec
        Body = Pure run
    }
