namespace NtkPipeline.Core

open System

/// Where a tweet says that it comes from: one column for each place that enough tweets name.
[<RequireQualifiedAccess>]
module LocationFeatures =

    /// Places are compared as cleaned text: "London, UK" and "london uk" are one.
    let private place (tweet: Tweet) =
        tweet.Location |> Option.map (CleanText.clean CleanText.defaults) |> Option.filter ((<>) "")

    /// One row a tweet, one column a place that at least `leastTweets` of these tweets name, by ascending place: 1 where
    /// the tweet names it. A tweet of a rare place, or of none, is zero.
    let columns (leastTweets: int) (tweets: Tweet[]) : Matrix<float32> =
        let places = tweets |> Array.map place

        let frequent =
            places
            |> Array.choose id
            |> Array.countBy id
            |> Array.filter (fun (_, count) -> count >= leastTweets)
            |> Array.map fst

        Array.Sort(frequent, StringComparer.Ordinal)
        let column = frequent |> Array.mapi (fun k place -> place, k) |> readOnlyDict
        let values = Array.zeroCreate<float32>(tweets.Length * frequent.Length)

        for i in 0 .. places.Length - 1 do
            match places[i] with
            | Some place when column.ContainsKey place -> values[i * frequent.Length + column[place]] <- 1.0f
            | Some _
            | None -> ()

        Matrix.create tweets.Length frequent.Length values
