namespace NtkPipeline.Core

open System

/// Where a tweet says that it comes from: one column for each place that enough tweets name.
[<RequireQualifiedAccess>]
module LocationFeatures =

    /// Places are compared as cleaned text: "London, UK" and "london uk" are one.
    let private place (tweet: Tweet) =
        tweet.Location |> Option.map (CleanText.clean CleanText.defaults) |> Option.filter ((<>) "")

    /// One row a tweet, one column a place that at least `leastTweets` of the reference tweets name, by ascending place: 1 where
    /// the tweet names it. A tweet of a rare place, or of none, is zero.
    let columnsAmong (leastTweets: int) (reference: Tweet[]) (tweets: Tweet[]) : Matrix<float32> =
        let frequent =
            reference
            |> Array.choose place
            |> Array.countBy id
            |> Array.filter (fun (_, count) -> count >= leastTweets)
            |> Array.map fst

        Array.Sort(frequent, StringComparer.Ordinal)
        let column = frequent |> Array.mapi (fun k place -> place, k) |> readOnlyDict
        let values = Array.zeroCreate<float32>(tweets.Length * frequent.Length)

        for i in 0 .. tweets.Length - 1 do
            match place tweets[i] with
            | Some place when column.ContainsKey place -> values[i * frequent.Length + column[place]] <- 1.0f
            | Some _
            | None -> ()

        Matrix.create tweets.Length frequent.Length values

    /// The same by the tweets' own places.
    let columns (leastTweets: int) (tweets: Tweet[]) : Matrix<float32> =
        columnsAmong leastTweets tweets tweets
